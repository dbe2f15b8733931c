import { type ErrorCodeName, Http2Error } from './errors.ts'
import { DEFAULT_FRAME_BYTES, MAX_FRAME_BYTES, MAX_WINDOW_BYTES, Setting } from './frame.ts'

/** u16 identifier, u32 value (RFC 9113 §6.5.1). */
export const SETTING_BYTES = 6

interface Bounds {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly error: ErrorCodeName
}

/** RFC 9113 §6.5.2, RFC 8441 §3. Every other value of every other setting is fine. */
const BOUNDS: Readonly<Record<number, Bounds>> = {
  [Setting.ENABLE_PUSH]: { name: 'ENABLE_PUSH', min: 0, max: 1, error: 'PROTOCOL_ERROR' },
  [Setting.INITIAL_WINDOW_SIZE]: {
    name: 'INITIAL_WINDOW_SIZE',
    min: 0,
    max: MAX_WINDOW_BYTES,
    error: 'FLOW_CONTROL_ERROR',
  },
  [Setting.MAX_FRAME_SIZE]: {
    name: 'MAX_FRAME_SIZE',
    min: DEFAULT_FRAME_BYTES,
    max: MAX_FRAME_BYTES,
    error: 'PROTOCOL_ERROR',
  },
  [Setting.ENABLE_CONNECT_PROTOCOL]: { name: 'ENABLE_CONNECT_PROTOCOL', min: 0, max: 1, error: 'PROTOCOL_ERROR' },
}

/**
 * Checks the payload of a SETTINGS frame. Answers the one setting that concerns a server that pushes nothing, remembers no field and sends no
 * frame beyond the least that everyone takes: the last INITIAL_WINDOW_SIZE, or `undefined`.
 *
 * @throws Http2Error for a value out of its bounds
 */
export function initialWindowIn(payload: Buffer, start: number, end: number): number | undefined {
  let initialWindow: number | undefined
  for (let at = start; at < end; at += SETTING_BYTES) {
    const id = payload.readUInt16BE(at)
    const value = payload.readUInt32BE(at + 2)
    const bounds = BOUNDS[id]
    if (bounds && (value < bounds.min || value > bounds.max))
      throw new Http2Error(
        bounds.error,
        `SETTINGS_${bounds.name} ${value} is not from ${bounds.min} to ${bounds.max} (RFC 9113 §6.5.2)`,
      )
    if (id === Setting.INITIAL_WINDOW_SIZE) initialWindow = value
  }
  return initialWindow
}
