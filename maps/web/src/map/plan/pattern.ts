// The hatching of locked grids: drawn, so that no picture has to be fetched.
const SIDE = 16

export const hatching = (): ImageData => {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = SIDE
  const pen = canvas.getContext('2d') as CanvasRenderingContext2D
  pen.strokeStyle = '#37424c'
  pen.lineWidth = 1.6
  for (const shift of [-SIDE, 0, SIDE]) {
    pen.beginPath()
    pen.moveTo(shift, SIDE)
    pen.lineTo(shift + SIDE, 0)
    pen.stroke()
  }
  return pen.getImageData(0, 0, SIDE, SIDE)
}
