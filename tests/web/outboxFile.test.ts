import { keepFix } from '@/core/fixQueue'
import { outboxFile } from '@/core/outboxFile'
import { reportOf } from '@/core/report'

test('the file holds every report, its unsent photos and the positions', async () => {
  const photos = [{ id: 'p', bytes: new Blob(['photo'], { type: 'image/jpeg' }) }]
  const item = reportOf({ place: { lon: 111.9, lat: 34 }, category: 'fire', level: 'general', text: '火', photos }, new Date(0))
  const fix = { t: 7, lon: 111.9, lat: 34, accuracy: 8, speed_mps: null, heading: null, altitude: null }
  const file = await outboxFile('me', [{ ...item, owner: 'me' }], [keepFix('me', fix)], new Date(0))
  const found = JSON.parse(await file.text())
  expect(found).toMatchObject({ owner: 'me', fixes: [fix] })
  expect(found.reports[0]).toMatchObject({ id: item.id, text: '火' })
  expect(found.reports[0].photos).toEqual([{ id: 'p', type: 'image/jpeg', base64: btoa('photo') }])
})
