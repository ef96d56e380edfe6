// A new report as the outbox keeps it. Ids are made here, so it may be sent twice.
import type { Waiting } from './outbox'
import type { Category, HazardReport } from './types'

export type ReportPlace = Pick<HazardReport, 'lon' | 'lat'>

export interface Draft {
  place: ReportPlace
  category: string
  level: HazardReport['level']
  text: string
  photos?: { id: string; bytes: Blob }[]
  voice?: { id: string; bytes: Blob }
}

export const reportOf = (draft: Draft, now: Date): Omit<Waiting, 'owner'> => {
  const id = crypto.randomUUID()
  return {
    id,
    report: {
      id,
      lon: draft.place.lon,
      lat: draft.place.lat,
      coord_type: 'wgs84',
      category: draft.category,
      level: draft.level,
      text: draft.text.trim(),
      reported_at: now.toISOString(),
    },
    reported: false,
    photos: (draft.photos ?? []).map(({ id: photo, bytes }) => ({ id: photo, bytes, sent: false })),
    ...(draft.voice ? { voice: { ...draft.voice, sent: false } } : {}),
  }
}

/** Two levels: what has children is a heading, not a choice. */
export const choicesOf = (categories: readonly Category[]): Category[] => {
  const parents = new Set(categories.map((c) => c.parent))
  return categories.filter((c) => !parents.has(c.code))
}

/** Under what a call for help is filed: an emergency category of the county, else public order. */
export const helpCategory = (categories: readonly Category[]): string | null => {
  const choices = choicesOf(categories)
  const found = ['emergency', 'police'].map((head) => choices.find((c) => c.code.startsWith(head)))
  return (found.find(Boolean) ?? choices[0])?.code ?? null
}
