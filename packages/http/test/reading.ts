import {
  type HeaderList,
  type HttpError,
  type HttpLimits,
  RequestDecoder,
  type RequestHead,
  ResponseDecoder,
  type ResponseHead,
} from '../src/index.ts'

/** A message as a test compares it: however the bytes were cut, `body` is one string. */
export interface ReadMessage<Head> {
  head: Head
  body: string
  trailers: HeaderList | undefined
  complete: boolean
}

export interface Reading<Head> {
  messages: ReadMessage<Head>[]
  informational: Head[]
  error: HttpError | undefined
}

/** Reads every request in `chunks`, each as soon as the one before has ended; up to an upgrade, after which the bytes are no HTTP. */
export function readRequests(
  chunks: readonly Uint8Array[],
  options: { limits?: Partial<HttpLimits>; finish?: boolean } = {},
): Reading<RequestHead> {
  const { reading, handler } = recorder<RequestHead>(() => {
    if (reading.messages.at(-1)?.head.upgrade === undefined) decoder.next()
  })
  const decoder = new RequestDecoder(handler, options.limits)
  for (const chunk of chunks) decoder.write(Buffer.from(chunk))
  if (options.finish) decoder.finish()
  return reading
}

/** Reads the response to one request; or, with `asks` of `each`, the responses to as many requests as it takes. */
export function readResponses(
  chunks: readonly Uint8Array[],
  options: {
    limits?: Partial<HttpLimits>
    method?: string
    upgradeAsked?: boolean
    finish?: boolean
    asks?: 'once' | 'each'
  } = {},
): Reading<ResponseHead> {
  const { reading, handler } = recorder<ResponseHead>(() => {})
  const decoder = new ResponseDecoder(handler, options.limits)
  const ask = () => decoder.expect(options.method ?? 'GET', options.upgradeAsked ?? false)
  ask()
  for (const chunk of chunks) {
    if (options.asks === 'each' && decoder.state === 'idle') ask()
    decoder.write(Buffer.from(chunk))
  }
  if (options.finish) decoder.finish()
  return reading
}

export function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

function recorder<Head>(onEnd: () => void) {
  const reading: Reading<Head> = { messages: [], informational: [], error: undefined }
  const handler = {
    onHead: (head: Head) => {
      reading.messages.push({ head, body: '', trailers: undefined, complete: false })
    },
    onInformational: (head: Head) => {
      reading.informational.push(head)
    },
    onBody: (chunk: Buffer) => {
      reading.messages.at(-1)!.body += chunk.toString('latin1')
    },
    onEnd: (trailers: HeaderList | undefined) => {
      Object.assign(reading.messages.at(-1)!, { trailers, complete: true })
      onEnd()
    },
    onError: (error: HttpError) => {
      reading.error = error
    },
  }
  return { reading, handler }
}
