// A map that needs nothing from any host: blank style, no glyphs, worker from our own build.
import { Map as MapLibre, NavigationControl, ScaleControl, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import { layBasemap } from './basemap'
import { groundNow } from './theme'

setWorkerUrl(workerUrl)

// Without `glyphs` in the style every label is drawn from the fonts of the machine.
export const FONTS = ['Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', 'sans-serif']

// Names that people look for are drawn bolder; MapLibre reads the weight from the name.
export const BOLD_FONTS = ['Noto Sans CJK SC Bold', ...FONTS]

// On a wide page the legend covers the left edge.
const LEGEND_PX = 250
const EDGE_PX = 24

/** What lies over a narrow map at its upper and lower edge, in pixels. */
export interface Bars {
  top: number
  bottom: number
}
const NO_BARS: Bars = { top: EDGE_PX, bottom: EDGE_PX }

export const roomFor = (container: HTMLElement, bars = NO_BARS) => {
  const isWide = container.clientWidth > 800
  return { ...(isWide ? NO_BARS : bars), right: EDGE_PX, left: isWide ? LEGEND_PX : EDGE_PX }
}

export type Bounds = [number, number, number, number]

// Shown until there is a territory.
const CHINA: Bounds = [73.5, 18, 135, 53.6]

export const createMap = (container: HTMLElement, bounds: Bounds | null, bars = NO_BARS): MapLibre => {
  const map = new MapLibre({
    container,
    style: {
      version: 8,
      sources: {},
      layers: [{ id: 'ground', type: 'background', paint: { 'background-color': groundNow() } }],
    },
    bounds: bounds ?? CHINA,
    fitBoundsOptions: { padding: roomFor(container, bars) },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    maxZoom: 18,
    fadeDuration: 0,
  })
  map.touchZoomRotate.disableRotation()
  map.addControl(new NavigationControl({ showCompass: false }), 'bottom-right')
  map.addControl(new ScaleControl({ maxWidth: 90 }), 'bottom-right')
  void layBasemap(map)
  return map
}
