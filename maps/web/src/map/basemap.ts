// Pictures of the ground below a map, if the operator has set any; from our server only.
import type { IControl, Map as MapLibre } from 'maplibre-gl'
import { ref, watch } from 'vue'
import { api } from '@/client'
import { i18n } from '@/i18n'
import { theme } from '@/theme'

const KEY = 'xunge.basemap'
const shown = ref(localStorage.getItem(KEY) !== 'off')
watch(shown, (is) => localStorage.setItem(KEY, is ? 'on' : 'off'))

const idOf = (layer: number) => `basemap-${layer}`

const button = (): IControl => {
  const box = document.createElement('div')
  box.className = 'maplibregl-ctrl maplibregl-ctrl-group'
  const switcher = document.createElement('button')
  switcher.type = 'button'
  switcher.textContent = '▦'
  switcher.title = i18n.global.t('layers.basemap')
  switcher.setAttribute('aria-label', switcher.title)
  switcher.onclick = () => (shown.value = !shown.value)
  const stop = watch(shown, (is) => switcher.setAttribute('aria-pressed', String(is)), { immediate: true })
  box.append(switcher)
  return { onAdd: () => box, onRemove: () => (stop(), box.remove()) }
}

// As text: what an operator writes is no markup.
const creditOf = (words: string): IControl => {
  const box = document.createElement('div')
  box.className = 'maplibregl-ctrl basemap-credit'
  box.textContent = words
  return { onAdd: () => box, onRemove: () => box.remove() }
}

const follow = (map: MapLibre, ids: readonly string[]) => {
  const repaint = () => {
    for (const id of ids) {
      map.setLayoutProperty(id, 'visibility', shown.value ? 'visible' : 'none')
      // At night a bright ground would drown what lies on it.
      map.setPaintProperty(id, 'raster-brightness-max', theme.value === 'dark' ? 0.55 : 1)
    }
  }
  repaint()
  map.once('remove', watch([shown, theme], repaint))
}

/** Lay the basemap below all that a map shows, now or later; without one, do nothing. */
export const layBasemap = async (map: MapLibre): Promise<void> => {
  let isGone = false
  let isLoaded = false
  map.once('remove', () => (isGone = true))
  map.once('load', () => (isLoaded = true))
  const basemap = await api.basemap().catch(() => null)
  if (isGone || !basemap?.layers) return
  const ids = Array.from({ length: basemap.layers }, (_, layer) => idOf(layer))
  const lay = () => {
    const above = map.getStyle().layers.find(({ id }) => id !== 'ground')?.id
    ids.forEach((id, layer) => {
      map.addSource(id, {
        type: 'raster',
        tiles: [`${window.location.origin}/api/v1/basemap/${layer}/{z}/{x}/{y}`],
        tileSize: 256,
        maxzoom: basemap.max_zoom,
      })
      map.addLayer({ id, type: 'raster', source: id }, above)
    })
    follow(map, ids)
  }
  if (isLoaded) lay()
  else map.once('load', lay)
  map.addControl(button(), 'bottom-right')
  if (basemap.credit) map.addControl(creditOf(basemap.credit), 'bottom-right')
}
