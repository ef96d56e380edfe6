// Server data -> what the layers read: label points, symbols, ages. Pure.
import type { FeatureCollection, Point } from 'geojson'
import { stageOf } from '@/core/hazards'
import { labelPoint } from '@/core/label'
import { siteKindOf } from '@/core/style'
import { freshnessOf } from '@/core/time'
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
): FeatureCollection<Point> => ({
  type: 'FeatureCollection',
  features: positions.features.map((f) => {
    const age = (now.getTime() - new Date(f.properties.t).getTime()) / 1000
    return {
      ...f,
      properties: { ...f.properties, freshness: freshnessOf(age), age: ageText(age) },
    }
  }),
})

export const openHazards = (hazards: Hazards): FeatureCollection =>
  collection(
    hazards.features
      .map((f) => ({ ...f, properties: { id: f.properties.id, stage: stageOf(f.properties.state) } }))
      .filter((f) => f.properties.stage !== 'done'),
  )

