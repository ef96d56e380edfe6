// The small map of the phone: grids and village names, and the point in its middle.
import type { Grids, Landscape, Regions } from '@/core/types'
import { BOLD_FONTS, type Bounds, createMap } from './create'
import { villageNames } from './features'
import { GROUPS, LAYERS } from './layers'
import { followTheme } from './theme'

export interface Picker {
  show(grids: Grids | null, villages: Regions | null, lines: Landscape | null): Promise<void>
  centre(): { lon: number; lat: number }
  remove(): void
}

const SHOWN = new Set<string>(['grid-fill', 'grid-line', ...GROUPS.landscape, 'village-line'])

export const createPicker = (
  container: HTMLElement,
  bounds: Bounds | null,
  at: { lon: number; lat: number } | null,
): Picker => {
  const map = createMap(container, bounds)
  if (at) map.jumpTo({ center: [at.lon, at.lat], zoom: 15 })
  const loaded = new Promise<void>((resolve) => map.on('load', () => resolve()))
  // A tap moves the place under the cross: nobody has to drag with a thumb.
  map.on('click', (event) => map.easeTo({ center: event.lngLat, duration: 200 }))
  return {
    show: async (grids, villages, lines) => {
      await loaded
      if (grids) map.addSource('grids', { type: 'geojson', data: grids })
      if (lines) map.addSource('landscape', { type: 'geojson', data: lines })
      if (villages) {
        map.addSource('villages', { type: 'geojson', data: villages })
        map.addSource('village-names', { type: 'geojson', data: villageNames(villages) })
      }
      for (const layer of LAYERS.filter((l) => SHOWN.has(l.id))) {
        if ('source' in layer && map.getSource(layer.source as string)) map.addLayer(layer)
      }
      if (villages) map.addLayer(villageLabels)
      followTheme(map)
    },
    centre: () => {
      const { lng, lat } = map.getCenter()
      return { lon: lng, lat }
    },
    remove: () => map.remove(),
  }
}

const villageLabels = {
  id: 'names',
  type: 'symbol',
  source: 'village-names',
  layout: { 'text-font': BOLD_FONTS, 'text-size': 15, 'text-field': ['get', 'name'] },
  paint: { 'text-halo-color': '#fff', 'text-halo-width': 2 },
} as const satisfies (typeof LAYERS)[number] & { type: 'symbol' }
