// Everything that waits, as one file to carry away: when no network comes for days.
import type { KeptFix } from './fixQueue'
import type { Waiting } from './outbox'

export const outboxFile = async (
  owner: string,
  waiting: readonly Waiting[],
  fixes: readonly KeptFix[],
  now: Date,
): Promise<Blob> => {
  const reports = await Promise.all(
    waiting.map(async (item) => ({
      ...item.report,
      photos: await Promise.all(
        item.photos
          .filter((photo) => !photo.sent)
          .map(asText),
      ),
      ...(item.voice && !item.voice.sent ? { voice: await asText(item.voice) } : {}),
    })),
  )
  const body = { owner, exported_at: now.toISOString(), reports, fixes: fixes.map((kept) => kept.fix) }
  return new Blob([JSON.stringify(body, null, 1)], { type: 'application/json' })
}

const asText = async (file: { id: string; bytes: Blob }) => ({
  id: file.id,
  type: file.bytes.type,
  base64: await base64(file.bytes),
})

const base64 = async (bytes: Blob): Promise<string> => {
  const letters = Array.from(new Uint8Array(await bytes.arrayBuffer()), (b) => String.fromCharCode(b))
  return btoa(letters.join(''))
}
