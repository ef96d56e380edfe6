// The planner's map: sources, layers and the hands that work on it. What it shows comes
// from `PlanCanvas`, what a hand does from a tool.
import type { Feature } from 'geojson'
import type { GeoJSONSource, Map as MapLibre, MapMouseEvent, MapTouchEvent } from 'maplibre-gl'
import type { Spot } from '@/core/plan/flat'
import { type Bounds, createMap, roomFor } from '../create'
import { PlanCanvas, type Label } from './canvas'
import { collection, point } from './features'
import { LAYERS, SOURCES, type SourceName } from './layers'
import { hatching } from './pattern'
import type { Pointer, Tool } from './tool'
import type { HandleLayer } from './vertexTool'

export interface PlanMap {
  ready: Promise<void>
  canvas: PlanCanvas
  handles: HandleLayer
  take(tool: Tool): void
  set(source: SourceName, features: Feature[]): void
  showLayers(ids: readonly string[], isShown: boolean): void
  fit(bounds: Bounds, maxZoom?: number): void
  go(at: Spot): void
  centre(): Spot
  /** Enter and Escape belong to the tool in hand. */
  finish(): void
  cancel(): void
  metresPerPixel(): number
  pixelsOf(at: Spot): { x: number; y: number }
  remove(): void
}

// On a phone the tools lie above, the choice of colours below.
const BARS = { top: 72, bottom: 48 }

export const createPlanMap = (container: HTMLElement, bounds: Bounds | null, label: Label): PlanMap => {
  const map = createMap(container, bounds, BARS)
  map.doubleClickZoom.disable()
  map.boxZoom.disable()
  const set = (name: SourceName, features: Feature[]) =>
    void map.getSource<GeoJSONSource>(name)?.setData(collection(features))
  const ready = new Promise<void>((resolve) => {
    map.on('load', () => {
      map.addImage('locked', hatching(), { pixelRatio: 2 })
      // Units are made simpler one by one: more than a trace of it opens gaps between them.
      for (const name of SOURCES) {
        map.addSource(name, { type: 'geojson', data: collection([]), tolerance: 0.1 })
      }
      for (const layer of LAYERS) map.addLayer(layer)
      resolve()
    })
  })
  const { take, held } = hands(map)
  return {
    ready,
    canvas: new PlanCanvas(map, label),
    handles: handleLayer(map, set),
    take,
    finish: () => held()?.finish?.(),
    cancel: () => held()?.cancel?.(),
    set,
    showLayers: (ids, isShown) => {
      for (const id of ids) map.setLayoutProperty(id, 'visibility', isShown ? 'visible' : 'none')
    },
    fit: (target, maxZoom = 15) => void map.fitBounds(target, { padding: roomFor(container, BARS), maxZoom, duration: 400 }),
    go: ([lon, lat]) => void map.easeTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), 14.5), duration: 400 }),
    centre: () => {
      const { lng, lat } = map.getCenter()
      return [lng, lat]
    },
    metresPerPixel: () => {
      const { lat } = map.getCenter()
      return (78_271.5 * Math.cos((lat * Math.PI) / 180)) / 2 ** map.getZoom()
    },
    pixelsOf: (at) => map.project([at[0], at[1]]),
    remove: () => map.remove(),
  }
}

const handleLayer = (map: MapLibre, set: PlanMap['set']): HandleLayer => {
  let held: number | null = null
  return {
    show: (vertices, vertexAt) => set('handles', vertices.map((v) => point(vertexAt(v), {}, v))),
    hold: (vertex) => {
      if (held !== null) map.setFeatureState({ source: 'handles', id: held }, { held: false })
      if (vertex !== null) map.setFeatureState({ source: 'handles', id: vertex }, { held: true })
      held = vertex
      if (vertex === null) map.dragPan.enable()
      else map.dragPan.disable()
    },
  }
}

const ECHO_MS = 700

/** Hand the pointer to one tool at a time. Space, or the right button, moves the map. */
const hands = (map: MapLibre) => {
  let tool: Tool | null = null
  let isDown = false
  let isSpace = false
  const canvas = map.getCanvas()
  const dress = () => {
    const pans = isSpace || (tool?.pans ?? true)
    if (pans) map.dragPan.enable()
    else map.dragPan.disable()
    canvas.style.cursor = isSpace ? 'grab' : (tool?.cursor ?? '')
  }
  // Browsers send the events of a mouse after those of a finger; a click is one for both.
  let touchedAt = -Infinity
  const isEcho = () => performance.now() - touchedAt < ECHO_MS
  const works = (event: MapMouseEvent) => !isSpace && event.originalEvent.button === 0
  map.on('mousedown', (event) => {
    if (!works(event) || isEcho()) return
    isDown = true
    tool?.down?.(pointerOf(event))
  })
  // One finger works, two move the map.
  map.on('touchstart', (event) => {
    if (event.points.length > 1) {
      if (isDown) tool?.cancel?.()
      isDown = false
      return
    }
    isDown = true
    tool?.down?.(pointerOf(event))
  })
  map.on('touchmove', (event) => isDown && tool?.move?.(pointerOf(event), true))
  map.on('touchend', (event) => {
    touchedAt = performance.now()
    if (!isDown) return
    isDown = false
    tool?.up?.(pointerOf(event))
  })
  map.on('mousemove', (event) => isEcho() || tool?.move?.(pointerOf(event), isDown))
  map.on('mouseup', (event) => {
    if (!isDown) return
    isDown = false
    tool?.up?.(pointerOf(event))
  })
  map.on('click', (event) => works(event) && tool?.click?.(pointerOf(event)))
  map.on('dblclick', () => tool?.finish?.())
  const space = (isHeld: boolean) => (event: KeyboardEvent) => {
    const target = event.target as HTMLElement
    if (event.code !== 'Space' || !(target === canvas || target === document.body)) return
    event.preventDefault()
    isSpace = isHeld
    dress()
  }
  const [press, release] = [space(true), space(false)]
  addEventListener('keydown', press)
  addEventListener('keyup', release)
  // A stroke that ends outside the map ends where it left.
  const leave = (event: MouseEvent) => {
    if (!isDown || canvas.contains(event.target as Node)) return
    isDown = false
    tool?.cancel?.()
  }
  addEventListener('mouseup', leave)
  map.on('remove', () => {
    removeEventListener('keydown', press)
    removeEventListener('keyup', release)
    removeEventListener('mouseup', leave)
  })
  return {
    held: () => tool,
    take: (next: Tool) => {
      tool?.cancel?.()
      tool = next
      isDown = false
      dress()
    },
  }
}

const pointerOf = (event: MapMouseEvent | MapTouchEvent): Pointer => ({
  at: [event.lngLat.lng, event.lngLat.lat],
  x: event.point.x,
  y: event.point.y,
  isShift: event.originalEvent.shiftKey,
  isFinger: event.type.startsWith('touch'),
})
