// Photos leave the phone small: a valley's network carries 300 kB, not 6 MB.
const LONG_SIDE_PX = 1600
const WANTED_BYTES = 300_000

/** A JPEG of at most 1600 pixels, best below 300 kB; drawn anew, so without metadata. */
export const shrinkPhoto = async (file: Blob): Promise<Blob> => {
  const picture = await createImageBitmap(file)
  const scale = Math.min(1, LONG_SIDE_PX / Math.max(picture.width, picture.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(picture.width * scale)
  canvas.height = Math.round(picture.height * scale)
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
  picture.close()
  let small = await encode(canvas, 0.8)
  if (small.size > WANTED_BYTES) small = await encode(canvas, 0.55)
  return small
}

const encode = (canvas: HTMLCanvasElement, quality: number): Promise<Blob> =>
  new Promise((resolve, reject) => {
    canvas.toBlob((b) => (b ? resolve(b) : reject(new Error('no picture'))), 'image/jpeg', quality)
  })
