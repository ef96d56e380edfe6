import en from '@/locales/en.json'
import zh from '@/locales/zh-CN.json'

const texts = (node: object, path = ''): [string, string][] =>
  Object.entries(node).flatMap(([key, value]) =>
    typeof value === 'string' ? [[path + key, value] as [string, string]] : texts(value, `${path}${key}.`),
  )
const slots = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort().join()

const chinese = new Map(texts(zh))
const english = new Map(texts(en))

test('both languages know the same texts', () => {
  expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
})

test('both languages fill the same places', () => {
  for (const [key, text] of chinese) expect(`${key} ${slots(english.get(key) ?? '')}`).toBe(`${key} ${slots(text)}`)
})

test('no text holds what the message format would read as a command', () => {
  for (const [key, text] of [...chinese, ...english]) expect(`${key} ${text}`).not.toMatch(/[@|]/)
})

test('the words for a round carry no guilt', () => {
  const words = JSON.stringify([zh.standings, zh.standingHints, zh.reasons])
  expect(words).not.toMatch(/作弊|造假|违规|旷工|打卡/)
})
