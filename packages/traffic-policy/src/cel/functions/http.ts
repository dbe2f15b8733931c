import { isSecretField } from '@tunnel/http'
import { softList } from '../access.ts'
import type { Overload } from '../compiled.ts'
import { scopedFunctions } from '../define-functions.ts'
import type { Scope } from '../scope.ts'
import type { LazyMap } from '../values.ts'

type Lookup = (scope: Scope, name: string) => unknown

const NO_VALUES = softList('')
const requestOf = ({ variables }: Scope) => variables.request!
const responseOf = ({ variables }: Scope) => variables.response!

const has =
  (map: (scope: Scope) => LazyMap): Lookup =>
  (scope, name) =>
    map(scope).has(name)
const all =
  (map: (scope: Scope) => LazyMap): Lookup =>
  (scope, name) =>
    map(scope).get(name) ?? NO_VALUES
const first =
  (map: (scope: Scope) => LazyMap): Lookup =>
  (scope, name) =>
    (map(scope).get(name) as readonly unknown[] | undefined)?.[0] ?? null

/** Names of headers are compared without case, those of cookies and parameters with it. Reference §2.7 */
export const httpFunctions: Overload[] = [
  ...scopedFunctions(
    {
      'hasReqHeader(string): bool': has((scope) => requestOf(scope).headers),
      'getReqHeader(string): list<string>': all((scope) => requestOf(scope).headers),
      'hasReqCookie(string): bool': has((scope) => requestOf(scope).cookies),
      'getReqCookie(string): dyn': first((scope) => requestOf(scope).cookies),
      'hasQueryParam(string): bool': has((scope) => requestOf(scope).queryParams),
      'getQueryParam(string): list<string>': all((scope) => requestOf(scope).queryParams),
    },
    ['on_http_request', 'on_http_response', 'on_event_stream_message'],
  ),
  ...scopedFunctions(
    {
      'hasResHeader(string): bool': has((scope) => responseOf(scope).headers),
      'getResHeader(string): list<string>': all((scope) => responseOf(scope).headers),
      'hasResCookie(string): bool': has((scope) => responseOf(scope).cookies),
      'getResCookie(string): dyn': first((scope) => responseOf(scope).cookies),
    },
    ['on_http_response', 'on_event_stream_message'],
  ),
].map((overload) =>
  overload.name.startsWith('get') ? { ...overload, isSecret: isSecretLookup(overload.name) } : overload,
)

function isSecretLookup(name: string): NonNullable<Overload['isSecret']> {
  if (name.endsWith('Cookie')) return () => true
  return ([key]) => name.endsWith('Header') && (typeof key?.value !== 'string' || isSecretField(key.value))
}
