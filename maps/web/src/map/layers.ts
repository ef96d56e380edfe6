// Every layer of the overview map, from the ground up. Sources carry the names used here.
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { colours } from '@/core/style'
import { BOLD_FONTS, FONTS } from './create'

export const SOURCES = [
  'grids',
  'grid-names',
  'landscape',
  'villages',
  'village-names',
  'sites',
  'positions',
  'hazards',
] as const
export type SourceName = (typeof SOURCES)[number]

/** The colour of a grid by its number; more numbers than colours begin again. */
export const gridFill = (): ExpressionSpecification => {
  const fill = colours.grids.fill
  const pairs = fill.flatMap((colour, number) => [number, colour])
  const number = ['%', ['to-number', ['get', 'colour']], fill.length]
  return ['match', number, ...pairs, fill[0]] as unknown as ExpressionSpecification
}

const names = (size: unknown) => ({
  'text-font': FONTS,
  'text-size': size as number,
  'text-max-width': 8,
})

const line = (kind: string, paint: object): LayerSpecification => ({
  id: `landscape-${kind}`,
  type: 'line',
  source: 'landscape',
  filter: ['==', ['get', 'kind'], kind],
  layout: { 'line-cap': 'round', 'line-join': 'round' },
  paint: { 'line-color': colours.landscape[kind as 'river'], ...paint },
})

// Further out a symbol is a blot: there a dot in its colour says more.
const ICONS_FROM_ZOOM = 12.5

const siteColour = (): ExpressionSpecification => {
  const pairs = Object.entries(colours.sites).flatMap(([kind, { colour }]) => [kind, colour])
  const symbol = ['get', 'symbol']
  return ['match', symbol, ...pairs, colours.sites.other.colour] as unknown as ExpressionSpecification
}

export const LAYERS: LayerSpecification[] = [
  {
    id: 'grid-fill',
    type: 'fill',
    source: 'grids',
    paint: { 'fill-color': gridFill(), 'fill-opacity': 0.5, 'fill-antialias': false },
  },
  {
    id: 'grid-line',
    type: 'line',
    source: 'grids',
    paint: {
      'line-color': colours.grids.line,
      'line-opacity': 0.55,
      'line-width': ['interpolate', ['linear'], ['zoom'], 10, 0.4, 14, 1.4],
    },
  },
  {
    id: 'exclusive-line',
    type: 'line',
    source: 'grids',
    filter: ['==', ['get', 'kind'], 'exclusive'],
    paint: {
      'line-color': colours.grids.exclusive,
      'line-width': ['interpolate', ['linear'], ['zoom'], 10, 1.2, 14, 2.4],
      'line-dasharray': [3, 1.5],
    },
  },
  line('ridge', { 'line-width': 1.3, 'line-dasharray': [1, 2] }),
  line('river', { 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 1.6, 15, 5] }),
  line('road', { 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 0.6, 15, 3] }),
  {
    id: 'village-line',
    type: 'line',
    source: 'villages',
    layout: { 'line-join': 'round' },
    paint: {
      'line-color': colours.villages.line,
      'line-width': ['interpolate', ['linear'], ['zoom'], 10, 1, 14, 2.4],
    },
  },
  {
    id: 'grid-selected',
    type: 'line',
    source: 'grids',
    filter: ['==', ['get', 'grid_code'], ''],
    layout: { 'line-join': 'round' },
    paint: { 'line-color': colours.grids.selected, 'line-width': 4 },
  },
  {
    id: 'site-dots',
    type: 'circle',
    source: 'sites',
    maxzoom: ICONS_FROM_ZOOM,
    paint: {
      'circle-radius': ['interpolate', ['linear'], ['zoom'], 10, 1.6, 12.5, 3],
      'circle-color': siteColour(),
      'circle-stroke-color': '#fff',
      'circle-stroke-width': 0.6,
    },
  },
  {
    id: 'sites',
    type: 'symbol',
    source: 'sites',
    minzoom: ICONS_FROM_ZOOM,
    layout: {
      'icon-image': ['concat', 'site-', ['get', 'symbol']],
      'icon-size': ['interpolate', ['linear'], ['zoom'], 12.5, 0.6, 14.5, 0.95],
      'icon-allow-overlap': true,
      'icon-ignore-placement': true,
    },
  },
  {
    id: 'positions',
    type: 'circle',
    source: 'positions',
    paint: {
      'circle-radius': ['interpolate', ['linear'], ['zoom'], 10, 2.6, 12, 4, 15, 7],
      'circle-color': ['match', ['get', 'freshness'],
        'fresh', colours.positions.fresh,
        'late', colours.positions.late,
        colours.positions.silent],
      'circle-stroke-color': '#fff',
      'circle-stroke-width': 1.4,
    },
  },
  {
    id: 'help-rings',
    type: 'circle',
    source: 'hazards',
    filter: ['get', 'help'],
    paint: {
      'circle-radius': ['interpolate', ['linear'], ['zoom'], 10, 16, 14, 24],
      'circle-color': colours.hazards.open,
      'circle-opacity': 0.22,
      'circle-stroke-color': colours.hazards.open,
      'circle-stroke-width': 3,
    },
  },
  {
    id: 'hazards',
    type: 'symbol',
    source: 'hazards',
    layout: {
      'symbol-sort-key': ['case', ['get', 'help'], 1, 0],
      'icon-image': ['concat', 'hazard-', ['get', 'stage']],
      'icon-size': ['interpolate', ['linear'], ['zoom'], 10, ['case', ['get', 'help'], 1.2, 0.8], 14, ['case', ['get', 'help'], 1.5, 1.1]],
      'icon-allow-overlap': true,
      'icon-ignore-placement': true,
    },
  },
  {
    id: 'grid-names',
    type: 'symbol',
    source: 'grid-names',
    minzoom: 12.6,
    layout: { ...names(11), 'text-field': ['get', 'serial'] },
    paint: { 'text-color': '#43505b', 'text-halo-color': '#fff', 'text-halo-width': 1.2 },
  },
  {
    id: 'position-names',
    type: 'symbol',
    source: 'positions',
    minzoom: 13,
    layout: {
      ...names(11.5),
      'text-field': ['concat', ['get', 'name'], '\n', ['get', 'age']],
      'text-offset': [0, 0.9],
      'text-anchor': 'top',
    },
    paint: { 'text-color': colours.positions.fresh, 'text-halo-color': '#fff', 'text-halo-width': 1.4 },
  },
  {
    id: 'village-names',
    type: 'symbol',
    source: 'village-names',
    maxzoom: 15,
    layout: {
      ...names(['interpolate', ['linear'], ['zoom'], 10, 12, 13, 15]),
      'text-font': BOLD_FONTS,
      'text-field': ['get', 'name'],
      'text-padding': 1,
    },
    paint: {
      'text-color': colours.villages.label,
      'text-halo-color': colours.villages.halo,
      'text-halo-width': 2,
    },
  },
]

/** What one switch of the legend shows and hides. */
export const GROUPS = {
  grids: ['grid-fill', 'grid-line', 'grid-names', 'grid-selected'],
  exclusive: ['exclusive-line'],
  villages: ['village-line', 'village-names'],
  landscape: ['landscape-ridge', 'landscape-river', 'landscape-road'],
  sites: ['site-dots', 'sites'],
  positions: ['positions', 'position-names'],
  hazards: ['help-rings', 'hazards'],
} as const
export type Group = keyof typeof GROUPS
