// Colours of maps/style.json, the same file that the server draws reports with.
import style from '../../../style.json'

export const colours = style

export const SITE_KINDS = ['mine_opening', 'venue', 'school', 'enterprise', 'service_station'] as const
export type SiteKind = (typeof SITE_KINDS)[number] | 'other'

export const siteKindOf = (kind: string): SiteKind =>
  (SITE_KINDS as readonly string[]).includes(kind) ? (kind as SiteKind) : 'other'

export const roundsColour = (verified: number): string =>
  colours.rounds[Math.min(verified, colours.rounds.length - 1)] as string
