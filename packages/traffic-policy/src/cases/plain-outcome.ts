import type { HeaderList } from '@tunnel/http'
import { textFromField } from '../actions/header-fields.ts'
import type { CaseOutcome } from './run-case.ts'

/** An outcome as JSON has it: fields as lists of lines by name, bodies as text. */
export function plainOutcome({ headers, body, request, ...rest }: CaseOutcome): Record<string, unknown> {
  return {
    ...rest,
    ...(headers && { headers: linesOf(headers) }),
    ...(body && { body: body.toString('utf8') }),
    ...(request && {
      request: {
        target: request.target,
        host: request.host,
        headers: linesOf(request.headers),
        body: request.body.toString('utf8'),
      },
    }),
  }
}

function linesOf(fields: HeaderList): Record<string, string[]> {
  const lines = new Map<string, string[]>()
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const name = fields[at]!.toLowerCase()
    lines.set(name, [...(lines.get(name) ?? []), textFromField(fields[at + 1]!)])
  }
  return Object.fromEntries(lines)
}
