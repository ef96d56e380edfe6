// The overview map behind a small surface: give it data, switch layers, hear of clicks.
import type { FeatureCollection } from 'geojson'
import type { ExpressionSpecification, FilterSpecification, GeoJSONSource, Map as MapLibre } from 'maplibre-gl'
import { colours, roundsColour } from '@/core/style'
import { type Bounds, createMap, roomFor } from './create'
import { drawIcons, type Marks } from './icons'
import { GROUPS, type Group, gridFill, LAYERS, SOURCES, type SourceName } from './layers'
import { followTheme } from './theme'

export type Pick =
  | { kind: 'hazard'; id: string }
  | { kind: 'site'; id: string }
  | { kind: 'grid'; code: string }
  | { kind: 'nothing' }

export interface OverviewMap {
  ready: Promise<void>
  setData(source: SourceName, data: FeatureCollection): void
  show(group: Group, visible: boolean): void
  showSites(hidden: string[]): void
  select(gridCode: string): void
  colourBy(verified: Map<string, number> | null): void
  fit(bounds: Bounds, maxZoom?: number): void
  redrawIcons(mark: Marks): void
  remove(): void
}

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] }

export const createOverview = (
  container: HTMLElement,
  bounds: Bounds | null,
  mark: Marks,
  onPick: (pick: Pick) => void,
): OverviewMap => {
  const map = createMap(container, bounds)
  const ready = new Promise<void>((resolve) => {
    map.on('load', () => {
      drawIcons(map, mark)
      for (const name of SOURCES) map.addSource(name, { type: 'geojson', data: EMPTY })
      for (const layer of LAYERS) map.addLayer(layer)
      listen(map, onPick)
      followTheme(map)
      resolve()
    })
  })
  return {
    ready,
    setData: (source, data) => void map.getSource<GeoJSONSource>(source)?.setData(data),
    show: (group, visible) => {
      for (const id of GROUPS[group]) {
        map.setLayoutProperty(id, 'visibility', visible ? 'visible' : 'none')
      }
    },
    showSites: (hidden) => {
      const filter: FilterSpecification = ['!', ['in', ['get', 'symbol'], ['literal', hidden]]]
      for (const id of GROUPS.sites) map.setFilter(id, filter)
    },
    select: (code) => void map.setFilter('grid-selected', ['==', ['get', 'grid_code'], code]),
    colourBy: (verified) => {
      const colour = verified?.size ? roundsFill(verified) : gridFill()
      map.setPaintProperty('grid-fill', 'fill-color', colour)
    },
    fit: (target, maxZoom = 14.5) => {
      map.fitBounds(target, { padding: roomFor(container), maxZoom, duration: 500 })
    },
    redrawIcons: (next) => drawIcons(map, next),
    remove: () => map.remove(),
  }
}

const roundsFill = (verified: Map<string, number>): ExpressionSpecification =>
  [
    'match',
    ['get', 'grid_code'],
    ...[...verified].flatMap(([code, n]) => [code, roundsColour(n)]),
    colours.verdicts.no_data,
  ] as unknown as ExpressionSpecification

const SPOTS = ['hazards', 'sites', 'site-dots']
const CLICKABLE = [...SPOTS, 'grid-fill']

const listen = (map: MapLibre, onPick: (pick: Pick) => void): void => {
  map.on('click', (event) => {
    const reach = 4
    const { x, y } = event.point
    const near = map.queryRenderedFeatures(
      [
        [x - reach, y - reach],
        [x + reach, y + reach],
      ],
      { layers: SPOTS },
    )
    const under = map.queryRenderedFeatures(event.point, { layers: ['grid-fill'] })
    const found = near[0] ?? under[0]
    const cells = found?.properties
    if (!cells) onPick({ kind: 'nothing' })
    else if (found.layer.id === 'hazards') onPick({ kind: 'hazard', id: cells.id })
    else if (found.source === 'sites') onPick({ kind: 'site', id: cells.id })
    else onPick({ kind: 'grid', code: cells.grid_code })
  })
  map.on('mousemove', (event) => {
    const over = map.queryRenderedFeatures(event.point, { layers: CLICKABLE })
    map.getCanvas().style.cursor = over.length ? 'pointer' : ''
  })
}
