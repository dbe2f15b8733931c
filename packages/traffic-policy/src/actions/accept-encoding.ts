/** The weight that a visitor gives each coding, by lower-case name; `*` stands for those without a name of their own. */
export type CodingWeights = ReadonlyMap<string, number>

const WEIGHT = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['x-gzip', 'gzip'],
  ['x-compress', 'compress'],
])
/** Members beyond it are not read. */
const MAX_MEMBERS = 32

/** Reads the lines of `Accept-Encoding`. A member with a weight that is none is as if refused. RFC 9110 §12.5.3 */
export function parseAcceptEncoding(lines: readonly string[]): CodingWeights {
  const weights = new Map<string, number>()
  for (const member of lines.join(',').split(',', MAX_MEMBERS)) {
    const [coding, ...parameters] = member.split(';').map((part) => part.trim().toLowerCase())
    if (coding === undefined || coding === '') continue
    const name = ALIASES.get(coding) ?? coding
    if (!weights.has(name)) weights.set(name, weightOf(parameters))
  }
  return weights
}

/** 0 if the coding is not acceptable. */
export function weightOfCoding(weights: CodingWeights, coding: string): number {
  return weights.get(coding) ?? weights.get('*') ?? 0
}

function weightOf(parameters: readonly string[]): number {
  const parameter = parameters.find((text) => /^q\s*=/.test(text))
  if (parameter === undefined) return 1
  const text = parameter.slice(parameter.indexOf('=') + 1).trim()
  return WEIGHT.test(text) ? Number(text) : 0
}
