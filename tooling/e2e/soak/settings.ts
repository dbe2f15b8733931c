export interface SoakSettings {
  readonly minutes: number
  /** Of the large bodies. */
  readonly bodyMegabytes: number
}

const MAX_MINUTES = 24 * 60
const MAX_BODY_MEGABYTES = 16 * 1024

/** `SOAK_MINUTES` (default 3) and `SOAK_BODY_MEGABYTES` (default 1024; 64 where a gigabyte would be most of the run). */
export function readSettings(env: NodeJS.ProcessEnv): SoakSettings {
  const minutes = bounded(env, 'SOAK_MINUTES', 3, MAX_MINUTES)
  return { minutes, bodyMegabytes: bounded(env, 'SOAK_BODY_MEGABYTES', minutes < 2 ? 64 : 1024, MAX_BODY_MEGABYTES) }
}

function bounded(env: NodeJS.ProcessEnv, name: string, fallback: number, max: number): number {
  const value = Number(env[name] || fallback)
  if (value > 0 && value <= max) return value
  throw new Error(`${name} ${env[name]} is not a number above 0 and up to ${max}`)
}
