import type { Place } from '@/core/types'

/** Where the device is now (WGS 84), within 15 seconds, or an error that says why not. */
export const currentPlace = (): Promise<Place> =>
  new Promise((resolve, reject) => {
    if (!navigator.geolocation) return reject(new Error('geolocation'))
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        resolve({
          lon: coords.longitude,
          lat: coords.latitude,
          coord_type: 'wgs84',
          accuracy_m: coords.accuracy,
        }),
      (refusal) => reject(new Error(refusal.message)),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 10_000 },
    )
  })
