import zlib, { constants, createBrotliCompress, createDeflate, createGzip } from 'node:zlib'

/** Codings that can be made; `zstd` where Node has it. */
export const compressionAlgorithms = ['gzip', 'deflate', 'br', 'zstd'] as const
export type CompressionAlgorithm = (typeof compressionAlgorithms)[number]

/** A stream that bytes go into and coded bytes come out of: one of node:zlib's. */
export type Compressor = ReturnType<typeof createGzip | typeof createBrotliCompress>

/** Missing from the types of Node 20, and from Node before 22.15. */
type ZstdFactory = (options: { flush?: number }) => Compressor

const createZstd = (zlib as unknown as { createZstdCompress?: ZstdFactory }).createZstdCompress
const ZSTD_E_FLUSH = 1

/** Quality of brotli for bodies made on the way: about gzip's time, and smaller. Its default, 11, is a hundred times slower. */
const BROTLI_QUALITY = 4

export function isCompressionAvailable(algorithm: string): algorithm is CompressionAlgorithm {
  if (algorithm === 'zstd') return createZstd !== undefined
  return (compressionAlgorithms as readonly string[]).includes(algorithm)
}

/** @param flushEachWrite Whether what is written can be read at once, at a small cost in size: for bodies that come bit by bit. */
export function createCompressor(algorithm: CompressionAlgorithm, flushEachWrite: boolean): Compressor {
  switch (algorithm) {
    case 'gzip':
      return createGzip(flushEachWrite ? { flush: constants.Z_SYNC_FLUSH } : {})
    case 'deflate':
      return createDeflate(flushEachWrite ? { flush: constants.Z_SYNC_FLUSH } : {})
    case 'br':
      return createBrotliCompress({
        params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY },
        ...(flushEachWrite && { flush: constants.BROTLI_OPERATION_FLUSH }),
      })
    case 'zstd':
      if (createZstd === undefined) throw new RangeError('zstd needs Node 22.15 or newer')
      return createZstd(flushEachWrite ? { flush: ZSTD_E_FLUSH } : {})
  }
}
