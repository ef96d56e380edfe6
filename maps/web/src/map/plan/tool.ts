// What a tool of the planner's map sees, and what it may ask for.
import type { Feature } from 'geojson'
import type { Edit } from '@/core/plan/api'
import type { Finder } from '@/core/plan/finder'
import type { Spot } from '@/core/plan/flat'
import type { Plan } from '@/core/plan/model'

export type ToolName = 'choose' | 'brush' | 'lasso' | 'line' | 'vertex'

/** What a stroke takes at once. */
export type Reach = 'unit' | 'settlement' | 'village'

export interface Pointer {
  at: Spot
  /** Pixels from the corner of the map. */
  x: number
  y: number
  isShift: boolean
  /** A finger hides what it points at: it may miss by more. */
  isFinger?: boolean
}

export interface Bench {
  plan(): Plan
  finder(): Finder
  /** The grid that was clicked last. */
  chosenGrid(): number | null
  brush(): { pixels: number; reach: Reach; acrossVillages: boolean }
  metresPerPixel(): number
  pixelsOf(at: Spot): { x: number; y: number }
  mayEdit(): boolean

  choose(grid: number | null, isMore: boolean): void
  chooseUnits(units: readonly number[], isMore: boolean): void
  /** Units as if they were in a grid already; null ends it. */
  stroke(units: readonly number[] | null, grid: number): void
  sketch(features: Feature[]): void
  run(edit: Edit): void
  /** A hint for the person: the key of a text. */
  hint(key: string): void
}

export interface Tool {
  cursor: string
  /** Whether the map itself is dragged by this tool. */
  pans: boolean
  down?(pointer: Pointer): void
  move?(pointer: Pointer, isDown: boolean): void
  up?(pointer: Pointer): void
  click?(pointer: Pointer): void
  /** Enter, or a double click. */
  finish?(): void
  /** Escape, or another tool is taken. */
  cancel?(): void
}
