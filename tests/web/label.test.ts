import { boundsOf, labelPoint } from '@/core/label'
import type { Area } from '@/core/types'

const polygon = (...rings: number[][][]): Area => ({ type: 'Polygon', coordinates: rings })
const square = (x: number, y: number, side: number) => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
  [x, y],
]

const contains = (ring: number[][], [x, y]: [number, number]): boolean => {
  let inside = false
  for (let i = 1; i < ring.length; i++) {
    const [x0, y0] = ring[i - 1] as [number, number]
    const [x1, y1] = ring[i] as [number, number]
    if (y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)) inside = !inside
  }
  return inside
}

test('the label of a square stands in its middle', () => {
  expect(labelPoint(polygon(square(0, 0, 10)))).toEqual([5, 5])
})

test('the label of a crescent stands inside it', () => {
  const u = [[0, 0], [10, 0], [10, 10], [7, 10], [7, 3], [3, 3], [3, 10], [0, 10], [0, 0]]
  expect(contains(u, labelPoint(polygon(u)))).toBe(true)
})

test('the label avoids a hole', () => {
  const hole = square(4, 1, 8)
  const at = labelPoint(polygon(square(0, 0, 20), hole))
  expect(contains(hole, at)).toBe(false)
})

test('an area in pieces has its label on the largest', () => {
  const area: Area = { type: 'MultiPolygon', coordinates: [[square(100, 100, 1)], [square(0, 0, 10)]] }
  expect(labelPoint(area)).toEqual([5, 5])
})

test('bounds reach around every piece', () => {
  const area: Area = { type: 'MultiPolygon', coordinates: [[square(5, 6, 1)], [square(0, 0, 2)]] }
  expect(boundsOf(area)).toEqual([0, 0, 6, 7])
})
