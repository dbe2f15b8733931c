import {
  type HeaderList,
  type Http2ResponseFacts,
  http2Names,
  http2ResponseFields,
  type ResponseHead,
} from '@tunnel/http'
import { encodeFields } from '@tunnel/http2'

/** The field block of a response head. */
export function responseBlock(head: ResponseHead, facts?: Http2ResponseFacts): Buffer {
  return encodeFields(http2ResponseFields(head, facts))
}

/** The same of an answer of the edge's own. */
export function ownResponseBlock(status: number, fields: HeaderList): Buffer {
  return encodeFields([':status', String(status), ...http2Names(fields)])
}

/** Trailers that may go on, or `undefined` where none is left: END_STREAM is a field block less then. */
export function trailersBlock(trailers: HeaderList): Buffer | undefined {
  return trailers.length === 0 ? undefined : encodeFields(http2Names(trailers))
}
