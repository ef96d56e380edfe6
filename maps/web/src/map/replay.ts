// The map of the replay: tracks so far, excluded fixes in grey, each worker's place now.
import type { FeatureCollection } from 'geojson'
import type { GeoJSONSource } from 'maplibre-gl'
import { pathUntil, placeAt, type Player, wholePath } from '@/core/replay'
import type { Grids, Regions } from '@/core/types'
import { BOLD_FONTS, type Bounds, createMap } from './create'
import { gridNames } from './features'
import { LAYERS } from './layers'
import { followTheme } from './theme'

/** Of Okabe and Ito: told apart by people who do not tell red from green. */
export const TRACK_COLOURS = ['#0b5cad', '#cc5500', '#00805d', '#8b4787', '#7a5c00', '#14567f']
export const trackColour = (n: number): string => TRACK_COLOURS[n % TRACK_COLOURS.length] as string

export interface ReplayMap {
  ready: Promise<void>
  ground(grids: Grids | null, villages: Regions | null): void
  lay(players: readonly Player[]): void
  draw(players: readonly Player[], t: number): void
  fit(bounds: Bounds): void
  remove(): void
}

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] }
const GROUND = new Set(['grid-line', 'exclusive-line', 'village-line', 'grid-names'])

export const createReplay = (
  container: HTMLElement,
  bounds: Bounds | null,
  wordFor: (reason: string) => string,
): ReplayMap => {
  const map = createMap(container, bounds)
  const ready = new Promise<void>((resolve) => {
    map.on('load', () => {
      for (const name of ['grids', 'grid-names', 'villages', 'whole', 'ways', 'excluded', 'heads']) {
        map.addSource(name, { type: 'geojson', data: EMPTY })
      }
      for (const layer of LAYERS.filter((l) => GROUND.has(l.id))) map.addLayer(layer)
      for (const layer of PLAY) map.addLayer(layer)
      followTheme(map)
      resolve()
    })
  })
  const set = (name: string, features: FeatureCollection['features']) =>
    void map.getSource<GeoJSONSource>(name)?.setData({ type: 'FeatureCollection', features })
  return {
    ready,
    ground: (grids, villages) => {
      if (grids) set('grids', grids.features)
      if (grids) set('grid-names', gridNames(grids).features)
      if (villages) set('villages', villages.features)
    },
    lay: (players) => set('whole', players.map((player, n) => line(wholePath(player), n))),
    draw: (players, t) => {
      set('ways', players.map((player, n) => line(pathUntil(player, t), n)))
      set('excluded', players.flatMap((player) => excluded(player, t, wordFor)))
      set('heads', players.flatMap((player, n) => head(player, n, t)))
    },
    fit: (target) => void map.resize().fitBounds(target, { padding: 60, maxZoom: 15.5, duration: 0 }),
    remove: () => map.remove(),
  }
}

const line = (coordinates: [number, number][][], n: number) => ({
  type: 'Feature' as const,
  geometry: { type: 'MultiLineString' as const, coordinates },
  properties: { colour: trackColour(n) },
})

const excluded = (player: Player, t: number, wordFor: (reason: string) => string) =>
  player.excluded
    .filter((p) => p.t <= t)
    .map((p) => ({
      type: 'Feature' as const,
      geometry: { type: 'Point' as const, coordinates: [p.lon, p.lat] },
      properties: { reason: wordFor(p.reason) },
    }))

const head = (player: Player, n: number, t: number) => {
  const place = placeAt(player, t)
  if (place.kind === 'none') return []
  return [
    {
      type: 'Feature' as const,
      geometry: { type: 'Point' as const, coordinates: [place.lon, place.lat] },
      properties: { name: player.name, colour: trackColour(n), silent: place.kind === 'gap' },
    },
  ]
}

const PLAY = [
  {
    id: 'whole',
    type: 'line',
    source: 'whole',
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': ['get', 'colour'], 'line-width': 2, 'line-opacity': 0.35 },
  },
  {
    id: 'ways',
    type: 'line',
    source: 'ways',
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': ['get', 'colour'], 'line-width': 4, 'line-opacity': 0.8 },
  },
  {
    id: 'excluded',
    type: 'circle',
    source: 'excluded',
    paint: { 'circle-radius': 4, 'circle-color': '#8a94a0', 'circle-stroke-color': '#fff', 'circle-stroke-width': 1 },
  },
  {
    id: 'excluded-names',
    type: 'symbol',
    source: 'excluded',
    minzoom: 14,
    layout: { 'text-font': BOLD_FONTS, 'text-size': 11, 'text-field': ['get', 'reason'], 'text-offset': [0, 0.8], 'text-anchor': 'top' },
    paint: { 'text-color': '#5b6770', 'text-halo-color': '#fff', 'text-halo-width': 1.4 },
  },
  {
    id: 'heads',
    type: 'circle',
    source: 'heads',
    paint: {
      'circle-radius': 9,
      'circle-color': ['case', ['get', 'silent'], '#ffffff', ['get', 'colour']],
      'circle-stroke-color': ['case', ['get', 'silent'], ['get', 'colour'], '#ffffff'],
      'circle-stroke-width': 3,
    },
  },
  {
    id: 'head-names',
    type: 'symbol',
    source: 'heads',
    layout: {
      'text-font': BOLD_FONTS,
      'text-size': 13,
      'text-field': ['get', 'name'],
      'text-offset': [0, 1],
      'text-anchor': 'top',
      'text-allow-overlap': true,
    },
    paint: { 'text-color': '#1f2a33', 'text-halo-color': '#fff', 'text-halo-width': 2 },
  },
] as const satisfies readonly import('maplibre-gl').LayerSpecification[]
