// Server data -> what the layers read: label points, symbols, ages. Pure.
import type { FeatureCollection, Point } from 'geojson'
import { isHelpCall, stageOf } from '@/core/hazards'
import { labelPoint } from '@/core/label'
import { siteKindOf } from '@/core/style'
import { freshnessOf, spanOf } from '@/core/time'
import type { Grids, Hazards, Positions, Regions, Sites } from '@/core/types'

const point = (at: [number, number], properties: object) => ({
  type: 'Feature' as const,
  geometry: { type: 'Point' as const, coordinates: at },
  properties,
})

const collection = (features: FeatureCollection['features']): FeatureCollection => ({
  type: 'FeatureCollection',
  features,
})

export const villageNames = (villages: Regions): FeatureCollection =>
  collection(villages.features.map((f) => point(labelPoint(f.geometry), { name: f.properties.name })))

export const gridNames = (grids: Grids): FeatureCollection =>
  collection(
    grids.features.map((f) =>
      point(labelPoint(f.geometry), { serial: f.properties.grid_code.slice(-3) }),
    ),
  )

/** A site drawn as an area gets its symbol in the middle. */
export const siteSymbols = (sites: Sites): FeatureCollection =>
  collection(
    sites.features.map((f) => {
      const at =
        f.geometry.type === 'Point' ? (f.geometry.coordinates as [number, number]) : labelPoint(f.geometry)
      return point(at, { id: f.properties.id, symbol: siteKindOf(f.properties.kind) })
    }),
  )

export const livePositions = (
  positions: Positions,
  now: Date,
  ageText: (seconds: number) => string,
): FeatureCollection<Point> => {
  // Thousands of positions have a few dozen ages: each is put into words once.
  const words = new Map<string, string>()
  const wordsOf = (age: number) => {
    const { unit, n } = spanOf(age)
    const key = unit + n
    const known = words.get(key)
    if (known !== undefined) return known
    const text = ageText(age)
    words.set(key, text)
    return text
  }
  return {
    type: 'FeatureCollection',
    features: positions.features.map((f) => {
      const age = (now.getTime() - Date.parse(f.properties.t)) / 1000
      const { person_id, name } = f.properties
      return {
        type: 'Feature',
        geometry: f.geometry,
        properties: { person_id, name, freshness: freshnessOf(age), age: wordsOf(age) },
      }
    }),
  }
}

export const openHazards = (hazards: Hazards): FeatureCollection =>
  collection(
    hazards.features
      .filter((f) => stageOf(f.properties.state) !== 'done')
      .map((f) => {
        const { id, state } = f.properties
        return { ...f, properties: { id, stage: stageOf(state), help: isHelpCall(f.properties) } }
      }),
  )

