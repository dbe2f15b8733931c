import { BufferPool } from '@tunnel/socket-buffers'

/** What upstreams are read into; 16 MiB unused at most. */
export const readBuffers = new BufferPool({ bufferBytes: 64 * 1024, maxFree: 256 })
