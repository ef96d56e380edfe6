import { reasonText, shortfallsOf, type Translate } from '@/core/reasons'
import zh from '@/locales/zh-CN.json'

const lookUp = (key: string): string | undefined =>
  key.split('.').reduce<any>((node, part) => node?.[part], zh)
const t: Translate = (key, values = {}) =>
  (lookUp(key) ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name]))
const has = (key: string) => lookUp(key) !== undefined
const say = (code: string, value?: number | string | null, needed?: number | string | null) =>
  reasonText({ code, value, needed }, t, has)

test('a reason names what was reached and what is needed', () => {
  expect(say('dwell_short', 11.25, 15)).toBe('网格内时间不够：11 分钟，需要 15 分钟')
  expect(say('distance_short', 499.6, 500)).toBe('走动距离不够：499.6 米，需要 500 米')
})

test('a share is told in per cent', () => {
  expect(say('rate_low', 0.65, 0.8)).toBe('定位太稀：65%，需要 80%')
})

test('a number that falls short never reads as enough', () => {
  expect(say('dwell_short', 14.97, 15)).toBe('网格内时间不够：14.97 分钟，需要 15 分钟')
})

test('a share that falls short never reads as enough', () => {
  expect(say('rate_low', 0.7996, 0.8)).toBe('定位太稀：79.96%，需要 80%')
})

test('a reason without numbers is its name', () => {
  expect(say('stationary')).toBe('基本没有走动')
  expect(say('stationary', null, null)).toBe('基本没有走动')
})

test('a reason that only has a value tells it', () => {
  expect(say('late_upload', 3, null)).toBe('补传：3 小时')
})

test('text values stand as they are', () => {
  expect(say('wrong_grid', '410325105200002', '410325105200001')).toBe(
    '走的是别的网格：410325105200002，需要 410325105200001',
  )
})

test('a code of a newer server is shown rather than hidden', () => {
  expect(say('brand_new', 1, 2)).toBe('brand_new：1')
})

test('what is no shortfall asks for nothing', () => {
  expect(say('mock_location', 41, 0)).toBe('手机报告为模拟定位：41 个定位点')
})

test('only shortfalls count as items that are missing', () => {
  expect(shortfallsOf([{ code: 'dwell_short' }, { code: 'late_upload' }, { code: 'mock_location' }])).toBe(1)
})

test('a doubt names the limit that was broken', () => {
  expect(say('synthetic_track', 0, 1.5)).toBe('轨迹平直得不像实走：0 米（界限 1.5 米）')
})
