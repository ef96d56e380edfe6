// Every layer of the planner's map, from the ground up. Colours of units and the width of
// borders are feature states: an edit touches what it changes and nothing else.
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { colours } from '@/core/style'
import { BOLD_FONTS, FONTS } from '../create'

export const SOURCES = [
  'units',
  'locked',
  'exclusive',
  'borders',
  'landscape',
  'chosen',
  'names',
  'village-names',
  'changed',
  'places',
  'sketch',
  'handles',
] as const
export type SourceName = (typeof SOURCES)[number]

const state = (name: string) => ['feature-state', name] as const

const isOn = (name: string, then: number, otherwise: number): ExpressionSpecification =>
  ['case', ['boolean', state(name), false], then, otherwise] as unknown as ExpressionSpecification

const fill = ['to-color', ['coalesce', state('fill'), '#ffffff']] as unknown as ExpressionSpecification

const line = (kind: 'river' | 'road' | 'ridge', paint: object): LayerSpecification => ({
  id: `landscape-${kind}`,
  type: 'line',
  source: 'landscape',
  filter: ['==', ['get', 'kind'], kind],
  layout: { 'line-cap': 'round', 'line-join': 'round' },
  paint: { 'line-color': colours.landscape[kind], 'line-opacity': 0.8, ...paint },
})

const NEAR = 12.5

export const LAYERS: LayerSpecification[] = [
  {
    id: 'unit-fill',
    type: 'fill',
    source: 'units',
    paint: { 'fill-color': fill, 'fill-opacity': isOn('chosen', 0.9, 0.58), 'fill-antialias': false },
  },
  {
    id: 'unit-locked',
    type: 'fill',
    source: 'locked',
    paint: { 'fill-pattern': 'locked', 'fill-opacity': 0.55 },
  },
  {
    id: 'exclusive-fill',
    type: 'fill',
    source: 'exclusive',
    paint: { 'fill-color': colours.grids.exclusive, 'fill-opacity': 0.22 },
  },
  line('ridge', { 'line-width': 1.2, 'line-dasharray': [1, 2] }),
  line('river', { 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 1.2, 15, 4] }),
  line('road', { 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 0.5, 15, 2.5] }),
  {
    id: 'unit-line',
    type: 'line',
    source: 'borders',
    minzoom: NEAR,
    paint: { 'line-color': '#ffffff', 'line-opacity': 0.75, 'line-width': 0.7 },
  },
  {
    id: 'grid-line',
    type: 'line',
    source: 'borders',
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: {
      'line-color': '#3b4650',
      'line-opacity': isOn('parts', 0.85, 0),
      'line-width': ['interpolate', ['linear'], ['zoom'], 9, 0.5, 12, 1.1, 15, 2.4],
    },
  },
  {
    id: 'exclusive-line',
    type: 'line',
    source: 'exclusive',
    paint: { 'line-color': colours.grids.exclusive, 'line-width': 1.6, 'line-dasharray': [3, 1.5] },
  },
  {
    id: 'village-line',
    type: 'line',
    source: 'borders',
    filter: ['get', 'village'],
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: {
      'line-color': colours.villages.line,
      'line-width': ['interpolate', ['linear'], ['zoom'], 9, 0.9, 12, 2, 15, 3.4],
    },
  },
  {
    id: 'changed-line',
    type: 'line',
    source: 'changed',
    layout: { 'line-join': 'round' },
    paint: { 'line-color': '#d4006a', 'line-width': 2.6, 'line-dasharray': [2, 1] },
  },
  {
    id: 'chosen-halo',
    type: 'line',
    source: 'chosen',
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': '#ffffff', 'line-width': 7, 'line-opacity': 0.9 },
  },
  {
    id: 'chosen-line',
    type: 'line',
    source: 'chosen',
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': colours.grids.selected, 'line-width': 4 },
  },
  {
    id: 'sketch-fill',
    type: 'fill',
    source: 'sketch',
    filter: ['==', ['geometry-type'], 'Polygon'],
    paint: { 'fill-color': colours.grids.selected, 'fill-opacity': 0.15 },
  },
  {
    id: 'sketch-line',
    type: 'line',
    source: 'sketch',
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': colours.grids.selected, 'line-width': 3, 'line-dasharray': [2, 1.4] },
  },
  {
    id: 'handles',
    type: 'circle',
    source: 'handles',
    paint: {
      'circle-radius': ['case', ['boolean', state('held'), false], 8, 5],
      'circle-color': ['case', ['boolean', state('held'), false], colours.grids.selected, '#ffffff'],
      'circle-stroke-color': colours.grids.selected,
      'circle-stroke-width': 2,
    },
  },
  {
    id: 'names',
    type: 'symbol',
    source: 'names',
    minzoom: 10.5,
    layout: {
      'text-font': FONTS,
      'text-size': ['interpolate', ['linear'], ['zoom'], 11, 10, 14, 12.5],
      'text-field': ['get', 'text'],
      'text-line-height': 1.15,
      'text-padding': 3,
      'symbol-sort-key': ['get', 'rank'],
    },
    paint: { 'text-color': '#1f2a33', 'text-halo-color': '#ffffff', 'text-halo-width': 1.5 },
  },
  {
    id: 'village-names',
    type: 'symbol',
    source: 'village-names',
    maxzoom: 13.4,
    layout: {
      'text-font': BOLD_FONTS,
      'text-size': ['interpolate', ['linear'], ['zoom'], 9, 11.5, 13, 15],
      'text-field': ['get', 'name'],
      'text-padding': 1,
    },
    paint: {
      'text-color': colours.villages.label,
      'text-halo-color': colours.villages.halo,
      'text-halo-width': 2,
    },
  },
  {
    id: 'places',
    type: 'circle',
    source: 'places',
    paint: {
      'circle-radius': ['match', ['get', 'kind'], 'breach', 10, 8],
      'circle-color': ['match', ['get', 'kind'], 'breach', '#c8281e', '#0b5cad'],
      'circle-opacity': ['case', ['get', 'quiet'], 0.35, 1],
      'circle-stroke-color': '#ffffff',
      'circle-stroke-width': 2,
    },
  },
  {
    id: 'place-marks',
    type: 'symbol',
    source: 'places',
    layout: {
      'text-font': BOLD_FONTS,
      'text-size': 12,
      'text-field': ['get', 'mark'],
      'text-allow-overlap': true,
      'text-ignore-placement': true,
    },
    paint: { 'text-color': '#ffffff' },
  },
]
