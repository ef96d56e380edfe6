// The live map's messages: who moved since the last one, or everybody.
import type { PositionProperties, Positions } from './types'

/** person, name, grid, time in ms, lon, lat, accuracy in metres, battery in percent. */
export type LiveLine = [string, string, string | null, number, number, number, number | null, number | null]

export interface LiveMessage {
  whole: boolean
  /** An open case of the areas changed: the list is to be read again. */
  cases: boolean
  people: LiveLine[]
}

export type Known = Map<string, Positions['features'][number]>

/** Take a message over; what did not move keeps its object. */
export const takeLive = (known: Known, message: LiveMessage): Known => {
  if (message.whole) known.clear()
  for (const line of message.people) known.set(line[0], featureOf(line))
  return known
}

const featureOf = ([id, name, grid, t, lon, lat, accuracy, battery]: LiveLine): Positions['features'][number] => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [lon, lat] },
  properties: {
    person_id: id,
    name,
    grid_code: grid,
    t: new Date(t).toISOString(),
    age_s: 0,
    accuracy_m: accuracy,
    battery_pct: battery,
  } satisfies PositionProperties,
})

export const positionsOf = (known: Known): Positions => ({
  type: 'FeatureCollection',
  features: [...known.values()],
})
