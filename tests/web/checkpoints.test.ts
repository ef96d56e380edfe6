import { readPoints } from '@/core/checkpoints'

test('lines of a table become points, with tabs or commas', () => {
  const text = 'B1\t桥头\t100.2\t25.6\r\n\nB2, 庙口, 100.3, 25.7,\n'
  expect(readPoints(text)).toEqual([
    { ref: 'B1', name: '桥头', lon: 100.2, lat: 25.6 },
    { ref: 'B2', name: '庙口', lon: 100.3, lat: 25.7 },
  ])
})

test.each(['编号\t名称\t经度\t纬度', 'B1,桥头,100.2', 'B1,桥头,25.6,100.2', 'B1,,1,1', 'B1,桥头,1,1,x'])(
  'a line that is no point is named: %s',
  (line) => expect(readPoints(`A,甲,1,1\n${line}`)).toBe(2),
)
