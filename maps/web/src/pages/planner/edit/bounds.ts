// The box around units, for the map to fly to.
import type { Ground, Plan } from '@/core/plan/model'
import type { Bounds } from '@/map/create'

export const boundsOfUnits = ({ vertices, polygons }: Ground, units: readonly number[]): Bounds => {
  const box: Bounds = [180, 90, -180, -90]
  for (const unit of units) {
    for (const v of polygons[unit]!.flat(2)) {
      const [x, y] = [vertices[2 * v]!, vertices[2 * v + 1]!]
      if (x < box[0]) box[0] = x
      if (y < box[1]) box[1] = y
      if (x > box[2]) box[2] = x
      if (y > box[3]) box[3] = y
    }
  }
  return box
}

export const boundsOfPlan = ({ ground, part }: Plan): Bounds =>
  boundsOfUnits(ground, [...part.keys()])
