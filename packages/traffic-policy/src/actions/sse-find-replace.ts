import { ActionError } from './action-error.ts'
import type { ReplacementResult } from './body-find-replace.ts'
import type { Regex } from './regex.ts'
import { MAX_REPORTED_MATCHES, replaceAllInText } from './replace.ts'
import { formatSseField, parseSseLine, type SseMessage } from './sse-message.ts'
import { createSseReader } from './sse-reader.ts'

export interface SseReplacement {
  field: 'data' | 'retry'
  from: Regex
  to: string
}

export interface SseFindReplaceOptions {
  /**
   * The most bytes that are held of one message, as it comes and replaced.
   *
   * @default 1 MiB
   */
  maxMessageBytes?: number
}

export interface SseFindReplace {
  /**
   * The messages that the chunk completes, replaced.
   *
   * @throws ActionError `ERR_TUNNEL_3903` for a message that is too large, `ERR_TUNNEL_3904` if replacing makes it so; what deciding throws.
   */
  write(chunk: Buffer): Buffer
  /** What came after the last whole message, as it came. */
  end(): Buffer
  /** Of all messages so far, the first of them. */
  readonly results: { replacements: ReplacementResult[] }
}

export const MAX_SSE_MESSAGE_BYTES = 1024 * 1024

/**
 * Replaces in the messages of a `text/event-stream` as they pass; holds no more than one message. The lines of `data` are one text with `\n`
 * between them to a pattern, and are several lines again after it. Messages in which nothing matches keep their bytes. `decide` is asked with
 * every message.
 *
 * @see Reference §4.19
 */
export function createSseFindReplace(
  decide: () => readonly SseReplacement[],
  { maxMessageBytes = MAX_SSE_MESSAGE_BYTES }: SseFindReplaceOptions = {},
): SseFindReplace {
  const results: ReplacementResult[] = []
  const reader = createSseReader(maxMessageBytes)

  const replaceIn = (bytes: Buffer): Buffer => {
    const message = reader.parse(bytes)
    let isChanged = false
    for (const [index, { field, from, to }] of decide().entries()) {
      const value = fieldText(message, field)
      if (value === undefined) continue
      const options = { regex: from, to, maxOutputBytes: maxMessageBytes, code: 'ERR_TUNNEL_3904' } as const
      const { output, matches } = replaceAllInText(value, options)
      for (const match of matches)
        if (results.length < MAX_REPORTED_MATCHES) results.push({ replacement_index: index, matched_content: match })
      if (output === value) continue
      isChanged = true
      setFieldText(message, field, output)
    }
    return isChanged ? written(message) : bytes
  }

  return {
    write: (chunk) => Buffer.concat(reader.push(chunk).map(replaceIn)),
    end: () => reader.rest(),
    results: { replacements: results },
  }
}

function fieldText({ lines }: SseMessage, field: string): string | undefined {
  const values = lines.map(parseSseLine).filter(({ name }) => name === field)
  return values.length === 0 ? undefined : values.map(({ value }) => value).join('\n')
}

/** The field's lines are written where its first one was. */
function setFieldText(message: SseMessage, field: string, text: string): void {
  if (field === 'retry' && /[\r\n]/.test(text)) throw new ActionError('ERR_TUNNEL_3904', 'retry has more than one line')
  const lines: string[] = []
  let isWritten = false
  for (const line of message.lines) {
    if (parseSseLine(line).name !== field) lines.push(line)
    else if (!isWritten) {
      lines.push(...text.split(/\r\n|\r|\n/).map((value) => formatSseField(field, value)))
      isWritten = true
    }
  }
  message.lines = lines
}

function written({ lines, lineEnd }: SseMessage): Buffer {
  return Buffer.from(`${lines.join(lineEnd)}${lineEnd}${lineEnd}`, 'utf8')
}
