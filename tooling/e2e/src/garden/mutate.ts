import type { SeededRandom } from './random.ts'

type Mutation = (text: string, random: SeededRandom, others: readonly string[]) => string

const BYTES = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  ' ',
  '\t',
  ':',
  ',',
  ';',
  '"',
  '\x0b',
  '\x7f',
  '\x80',
  '\xff',
  '0',
  'x',
  '+',
  '-',
  '%00',
  '/',
  '..',
]
const LINES = [
  'Content-Length: 0',
  'Content-Length: 5',
  'Content-Length:5 ',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: identity',
  'transfer-encoding:\tchunked',
  'Connection: close',
  'Connection: keep-alive, X',
  'Expect: 100-continue',
  'Upgrade: websocket',
  'Host: other.example',
  'X: y',
  ' folded',
  'Range: bytes=0-1',
  'TE: trailers',
  'Max-Forwards: 0',
  'Content-Encoding: gzip',
  'Trailer: X',
]

const insert = (text: string, at: number, what: string): string => text.slice(0, at) + what + text.slice(at)

const mutations: readonly Mutation[] = [
  (text, random) => insert(text, random.below(text.length + 1), random.pick(BYTES)),
  (text, random) => {
    const at = random.below(text.length)
    return text.slice(0, at) + random.pick(BYTES) + text.slice(at + 1)
  },
  (text, random) => {
    const at = random.below(text.length)
    return text.slice(0, at) + text.slice(at + 1 + random.below(4))
  },
  // A line more, a line twice, a line less, two lines the other way round.
  (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 0, random.pick(LINES))),
  (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 0, lines[at] as string)),
  (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 1)),
  (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 2, lines[at + 1] ?? '', lines[at] as string)),
  (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 1, flipCase(lines[at] as string, random))),
  (text) => text.replaceAll('\r\n', '\n'),
  (text, random) => text.replace(/\d+/, (digits) => String(Number(digits) + random.below(9) - 4)),
  (text, random) =>
    text.replace('HTTP/1.1', random.pick(['HTTP/1.0', 'HTTP/1.2', 'http/1.1', 'HTTP/2.0', 'HTTP/01.1'])),
  (text, random) =>
    text.replace(/^\w+/, random.pick(['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])),
  // The head of one and the end of another.
  (text, random, others) => {
    const other = random.pick(others)
    return text.slice(0, random.below(text.length)) + other.slice(random.below(other.length))
  },
  (text, random, others) => text + random.pick(others),
]

/** One change, two or three now and then. */
export function mutate(text: string, random: SeededRandom, others: readonly string[]): string {
  let mutated = text
  for (let left = random.pick([1, 1, 1, 1, 2, 3]); left > 0 && mutated !== ''; left--) {
    mutated = random.pick(mutations)(mutated, random, others)
  }
  return mutated
}

function onLines(text: string, random: SeededRandom, change: (lines: string[], at: number) => void): string {
  const lines = text.split('\r\n')
  change(lines, random.below(lines.length))
  return lines.join('\r\n')
}

function flipCase(text: string, random: SeededRandom): string {
  return [...text].map((letter) => (random.below(2) === 0 ? letter.toUpperCase() : letter.toLowerCase())).join('')
}
