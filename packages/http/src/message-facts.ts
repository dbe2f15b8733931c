import { HttpError } from './errors.ts'
import { isName } from './field-name.ts'
import { listMembers } from './fields.ts'
import type { HeaderList } from './head.ts'

/** What the fields say about their own message: how it is framed, what becomes of the connection. */
export interface MessageFacts {
  host: string | undefined
  /** -1 without the field. */
  contentLength: number
  chunked: boolean
  close: boolean
  keepAlive: boolean
  /** Whether `Connection` has the upgrade token; without it `Upgrade` means nothing. */
  upgradeNamed: boolean
  upgrade: string | undefined
  expectContinue: boolean
}

/** Reads the few fields that framing and routing hang on. Throws an HttpError where two readers could disagree. */
export function readFacts(headers: HeaderList): MessageFacts {
  const facts: MessageFacts = {
    host: undefined,
    contentLength: -1,
    chunked: false,
    close: false,
    keepAlive: false,
    upgradeNamed: false,
    upgrade: undefined,
    expectContinue: false,
  }
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]!
    // The length alone rules out nearly every other field.
    switch (name.length) {
      case 4:
        if (isName(name, 'host')) noteHost(facts, headers[at + 1]!)
        break
      case 6:
        if (isName(name, 'expect')) facts.expectContinue = isName(headers[at + 1]!, '100-continue')
        break
      case 7:
        if (isName(name, 'upgrade')) noteUpgrade(facts, headers[at + 1]!)
        break
      case 10:
        if (isName(name, 'connection')) noteConnection(facts, headers[at + 1]!)
        break
      case 14:
        if (isName(name, 'content-length')) noteContentLength(facts, headers[at + 1]!)
        break
      case 17:
        if (isName(name, 'transfer-encoding')) noteTransferEncoding(facts, headers[at + 1]!)
        break
    }
  }
  if (facts.chunked && facts.contentLength >= 0) {
    throw new HttpError('ERR_HTTP_FRAMING', 'both content-length and transfer-encoding')
  }
  return facts
}

/** A decimal that is exact as a number. One field only: a repeated length is refused even when equal. */
export function parseContentLength(value: string): number {
  let length = 0
  for (let at = 0; at < value.length; at++) {
    const digit = value.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9)
      throw new HttpError('ERR_HTTP_CONTENT_LENGTH', 'content-length is not one decimal number')
    length = length * 10 + digit
    if (length > Number.MAX_SAFE_INTEGER) {
      throw new HttpError('ERR_HTTP_CONTENT_LENGTH', `content-length exceeds ${Number.MAX_SAFE_INTEGER}`)
    }
  }
  if (value === '') throw new HttpError('ERR_HTTP_CONTENT_LENGTH', 'content-length is empty')
  return length
}

function noteHost(facts: MessageFacts, value: string): void {
  if (facts.host !== undefined) throw new HttpError('ERR_HTTP_HOST', 'more than one host field')
  facts.host = value
}

function noteUpgrade(facts: MessageFacts, value: string): void {
  facts.upgrade = facts.upgrade === undefined ? value : `${facts.upgrade}, ${value}`
}

function noteConnection(facts: MessageFacts, value: string): void {
  if (value.includes(',')) for (const option of listMembers(value)) noteOption(facts, option)
  else noteOption(facts, value)
}

function noteOption(facts: MessageFacts, option: string): void {
  if (isName(option, 'close')) facts.close = true
  else if (isName(option, 'keep-alive')) facts.keepAlive = true
  else if (isName(option, 'upgrade')) facts.upgradeNamed = true
}

function noteContentLength(facts: MessageFacts, value: string): void {
  if (facts.contentLength >= 0) throw new HttpError('ERR_HTTP_CONTENT_LENGTH', 'more than one content-length field')
  facts.contentLength = parseContentLength(value)
}

function noteTransferEncoding(facts: MessageFacts, value: string): void {
  if (facts.chunked || !isName(value, 'chunked')) {
    throw new HttpError('ERR_HTTP_TRANSFER_ENCODING', 'transfer-encoding is not exactly chunked')
  }
  facts.chunked = true
}
