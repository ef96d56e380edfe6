// Symbols drawn on a canvas: a shape per kind with one character in it, so that neither
// colour nor shape alone carries the meaning.
import type { Map as MapLibre } from 'maplibre-gl'
import { colours } from '@/core/style'

const SIZE = 26
const RATIO = 2

type Shape = 'triangle' | 'square' | 'pentagon' | 'diamond' | 'circle'

const CORNERS: Record<Exclude<Shape, 'circle' | 'square'>, number> = {
  triangle: 3,
  pentagon: 5,
  diamond: 4,
}

const trace = (pen: CanvasRenderingContext2D, shape: Shape): void => {
  const middle = SIZE / 2
  pen.beginPath()
  if (shape === 'circle') pen.arc(middle, middle, middle - 2.5, 0, 2 * Math.PI)
  else if (shape === 'square') pen.roundRect(3.5, 3.5, SIZE - 7, SIZE - 7, 3)
  else {
    const corners = CORNERS[shape]
    for (let i = 0; i < corners; i++) {
      const turn = (2 * Math.PI * i) / corners - Math.PI / 2
      const drop = shape === 'triangle' ? 2.5 : 0.5
      pen.lineTo(middle + (middle - 0.8) * Math.cos(turn), middle + drop + (middle - 0.8) * Math.sin(turn))
    }
    pen.closePath()
  }
}

const draw = (shape: Shape, fill: string, mark: string): ImageData => {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = SIZE * RATIO
  const pen = canvas.getContext('2d') as CanvasRenderingContext2D
  pen.scale(RATIO, RATIO)
  trace(pen, shape)
  pen.lineWidth = 2.5
  pen.lineJoin = 'round'
  pen.strokeStyle = '#fff'
  pen.stroke()
  pen.fillStyle = fill
  pen.fill()
  pen.fillStyle = '#fff'
  pen.font = `600 ${shape === 'triangle' ? 9.5 : 11.5}px "Noto Sans CJK SC", "Microsoft YaHei", sans-serif`
  pen.textAlign = 'center'
  pen.textBaseline = 'middle'
  pen.fillText(mark, SIZE / 2, SIZE / 2 + (shape === 'triangle' ? 4 : 0.8))
  return pen.getImageData(0, 0, canvas.width, canvas.height)
}

export type Marks = (kind: string) => string

/** The pictures `site-<kind>` and `hazard-<stage>`; repeated calls redraw them. */
export const drawIcons = (map: MapLibre, siteMark: Marks): void => {
  const put = (name: string, image: ImageData) => {
    if (map.hasImage(name)) map.updateImage(name, image)
    else map.addImage(name, image, { pixelRatio: RATIO })
  }
  for (const [kind, { colour, shape }] of Object.entries(colours.sites)) {
    put(`site-${kind}`, draw(shape as Shape, colour, siteMark(kind)))
  }
  for (const [stage, colour] of Object.entries(colours.hazards)) {
    put(`hazard-${stage}`, draw('triangle', colour, '!'))
  }
}

/** The same symbol for the legend, as the address of a picture. */
export const iconUrl = (shape: string, fill: string, mark: string): string => {
  const image = draw(shape as Shape, fill, mark)
  const canvas = document.createElement('canvas')
  canvas.width = image.width
  canvas.height = image.height
  canvas.getContext('2d')?.putImageData(image, 0, 0)
  return canvas.toDataURL()
}
