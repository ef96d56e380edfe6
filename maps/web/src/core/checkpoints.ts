// Points to reach, pasted from a table: number, name, longitude, latitude in a line.
export interface PastedPoint {
  ref: string
  name: string
  lon: number
  lat: number
}

/** The points of the lines, or the number of the first line that is none. */
export const readPoints = (text: string): PastedPoint[] | number => {
  const points: PastedPoint[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (!line.trim()) continue
    const [ref, name, lon, lat, ...more] = line.split(/[\t,，]/).map((cell) => cell.trim())
    const isPoint = ref && name && isWithin(lon, 180) && isWithin(lat, 90) && !more.some(Boolean)
    if (!isPoint) return index + 1
    points.push({ ref, name, lon: Number(lon), lat: Number(lat) })
  }
  return points
}

const isWithin = (cell: string | undefined, most: number): cell is string =>
  Boolean(cell) && Math.abs(Number(cell)) <= most
