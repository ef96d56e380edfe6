import { NAV, placesOf } from '@/core/nav'
import en from '@/locales/en.json'
import zh from '@/locales/zh-CN.json'

test('a worker has no page of the desk', () => {
  expect(placesOf('worker')).toEqual([])
})

test('every place of the header has words in both languages', () => {
  for (const { key } of NAV) {
    expect(zh.nav).toHaveProperty(key)
    expect(en.nav).toHaveProperty(key)
  }
})
