import { DEFAULT_FRAME_BYTES, DEFAULT_WINDOW_BYTES, MAX_FRAME_BYTES, MAX_WINDOW_BYTES } from './frame.ts'
import type { ServerOptions } from './options.ts'

const DEFAULTS: ServerOptions = {
  maxConcurrentStreams: 250,
  maxHeaderListBytes: 65_536,
  maxHeaders: 100,
  maxHeaderBlockBytes: 65_536,
  maxContinuations: 16,
  headerTableBytes: 4096,
  maxFrameBytes: DEFAULT_FRAME_BYTES,
  streamWindowBytes: 262_144,
  connectionWindowBytes: 1_048_576,
  streamBufferBytes: 65_536,
  maxResets: 500,
  maxControlFrames: 1000,
  maxInvalidFrames: 1000,
  maxUnsentControlFrames: 1000,
  enableConnectProtocol: true,
}

type NumberOption = Exclude<keyof ServerOptions, 'enableConnectProtocol'>

/** Those that are not from 1 to 2^30. What the protocol begins with cannot be made smaller before the peer has heard of it. */
const BOUNDS: Partial<Record<NumberOption, readonly [min: number, max: number]>> = {
  headerTableBytes: [0, 2 ** 30],
  maxFrameBytes: [DEFAULT_FRAME_BYTES, MAX_FRAME_BYTES],
  streamWindowBytes: [1, MAX_WINDOW_BYTES],
  connectionWindowBytes: [DEFAULT_WINDOW_BYTES, MAX_WINDOW_BYTES],
}

/** @throws RangeError for a number out of its bounds */
export function resolveServerOptions(options: Partial<ServerOptions>): ServerOptions {
  const resolved = { ...DEFAULTS, ...options }
  for (const [name, value] of Object.entries(resolved)) {
    if (typeof value !== 'number') continue
    const [min, max] = BOUNDS[name as NumberOption] ?? [1, 2 ** 30]
    if (!Number.isInteger(value) || value < min || value > max)
      throw new RangeError(`${name} ${value} is no integer from ${min} to ${max}`)
  }
  return resolved
}
