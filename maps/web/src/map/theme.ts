// The map in the colours of the page: ground, lines and labels; meanings keep theirs.
import type { LayerSpecification, Map as MapLibre } from 'maplibre-gl'
import { watch } from 'vue'
import { theme } from '@/theme'

const GROUND = { light: '#eef1ee', dark: '#1a2228' }
const LABEL = { light: '#1f2a33', dark: '#e4eaef' }
const HALO = { light: '#ffffff', dark: '#141b21' }
const LINES: Record<string, { light: string; dark: string }> = {
  'village-line': { light: '#2F3A45', dark: '#c6d0d8' },
  'grid-line': { light: '#5F6B76', dark: '#8796a3' },
}

const paint = (map: MapLibre, layer: LayerSpecification): void => {
  const now = theme.value
  if (layer.type === 'background') map.setPaintProperty(layer.id, 'background-color', GROUND[now])
  const line = LINES[layer.id]
  if (line) map.setPaintProperty(layer.id, 'line-color', line[now])
  if (layer.type !== 'symbol' || !layer.layout?.['text-field']) return
  map.setPaintProperty(layer.id, 'text-color', LABEL[now])
  map.setPaintProperty(layer.id, 'text-halo-color', HALO[now])
}

export const groundNow = (): string => GROUND[theme.value]

/** Keep a map in the page's theme as long as it lives; call it when its layers are there. */
export const followTheme = (map: MapLibre): void => {
  const repaint = () => map.getStyle().layers.forEach((layer) => paint(map, layer))
  repaint()
  const stop = watch(theme, repaint)
  map.once('remove', stop)
}
