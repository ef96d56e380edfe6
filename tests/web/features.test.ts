import { livePositions, openHazards, siteSymbols, villageNames } from '@/map/features'

const spot = (properties: object, coordinates = [111, 34]) => ({
  type: 'Feature' as const,
  geometry: { type: 'Point' as const, coordinates },
  properties,
})
const layer = (...features: object[]) => ({ type: 'FeatureCollection', features }) as never

test('a position is aged by its own time and not by the answer’s', () => {
  const now = new Date('2026-05-20T01:00:00Z')
  const live = livePositions(layer(spot({ t: '2026-05-20T00:50:00Z', age_s: 0 })), now, (s) => `${s}s`)
  expect(live.features[0]?.properties).toMatchObject({ freshness: 'late', age: '600s' })
})

test('only hazards that are not done are drawn', () => {
  const drawn = openHazards(
    layer(
      spot({ id: 'a', state: 'closed', category: 'fire' }),
      spot({ id: 'b', state: 'handling', category: 'fire' }),
      spot({ id: 'c', state: 'reported', category: 'emergency.help' }),
    ),
  )
  expect(drawn.features.map((f) => f.properties)).toEqual([
    { id: 'b', stage: 'working', help: false },
    { id: 'c', stage: 'open', help: true },
  ])
})

test('a kind of site without a symbol of its own is drawn as another', () => {
  const drawn = siteSymbols(layer(spot({ id: '1', kind: 'school' }), spot({ id: '2', kind: 'temple' })))
  expect(drawn.features.map((f) => f.properties?.symbol)).toEqual(['school', 'other'])
})

test('a village has one label, inside', () => {
  const ring = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
  const names = villageNames(
    layer({ type: 'Feature', geometry: { type: 'Polygon', coordinates: [ring] }, properties: { name: '杨村' } }),
  )
  expect(names.features).toHaveLength(1)
  expect(names.features[0]).toMatchObject({ geometry: { coordinates: [2, 2] }, properties: { name: '杨村' } })
})
