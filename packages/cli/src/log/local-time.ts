/** RFC 3339 with the local offset: `2026-11-21T09:06:27+01:00`. */
export function localTimestamp(time: Date): string {
  const offsetMinutes = -time.getTimezoneOffset()
  const sign = offsetMinutes < 0 ? '-' : '+'
  const offset = Math.abs(offsetMinutes)
  return `${localIso(time).slice(0, 19)}${sign}${two(Math.floor(offset / 60))}:${two(offset % 60)}`
}

/** `11-21|09:06:27` */
export function shortTimestamp(time: Date): string {
  const iso = localIso(time)
  return `${iso.slice(5, 10)}|${iso.slice(11, 19)}`
}

/** The local wall clock, written as if it were UTC. */
function localIso(time: Date): string {
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString()
}

const two = (number: number): string => String(number).padStart(2, '0')
