// What a field block costs: FieldDecoder and encodeFields, as built. Interleaved rounds, medians.
// Run: pnpm --filter @tunnel/http2 bench

import { Buffer } from 'node:buffer'
import { cpus } from 'node:os'
import { FieldDecoder } from '../dist/hpack/decoder.js'
import { encodeFields } from '../dist/hpack/encode-fields.js'

const ROUNDS = 15
const BLOCKS_PER_ROUND = 20_000

/** What a browser says to every path of an origin. */
const constant = [
  [':authority', 'app.example.com'],
  ['sec-ch-ua', '"Chromium";v="142", "Not=A?Brand";v="24", "Google Chrome";v="142"'],
  ['sec-ch-ua-mobile', '?0'],
  ['sec-ch-ua-platform', '"Linux"'],
  [
    'user-agent',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  ],
  ['accept', 'application/json, text/plain, */*'],
  ['referer', 'https://app.example.com/items'],
  ['accept-encoding', 'gzip, deflate, br, zstd'],
  ['accept-language', 'en-US,en;q=0.9'],
  ['cookie', 'session=8f14e45fceea167a5a36dedd4bea2543; theme=dark'],
  ['priority', 'u=1, i'],
]
const response = [
  ...[':status', '200'],
  ...['date', 'Sat, 21 Nov 2026 08:00:00 GMT'],
  ...['content-type', 'application/json; charset=utf-8'],
  ...['content-length', '5120'],
  ...['cache-control', 'private, max-age=0'],
  ...['etag', 'W/"5e-qQkcHXbKX4zZ8YkSBcFzD1zVmSc"'],
  ...['vary', 'Accept-Encoding'],
  ...['x-content-type-options', 'nosniff'],
]

/** Literals with indexing, names spelled out, no Huffman: what fills the table. */
function remembered(fields) {
  const strings = fields.map(([name, value]) => [
    0x40,
    name.length,
    ...Buffer.from(name),
    value.length,
    ...Buffer.from(value),
  ])
  return Buffer.from(strings.flat())
}

/** :method GET, :scheme https, the path without indexing, then the table from its oldest entry to its newest: 14 fields. */
function browserRequest(path) {
  const indexes = constant.map((_, age) => 0x80 | (62 + constant.length - 1 - age))
  return Buffer.concat([Buffer.from([0x82, 0x87]), encodeFields([':path', path]), Buffer.from(indexes)])
}

const options = { maxTableBytes: 4096, maxListBytes: 65_536, maxFields: 100 }
const first = remembered(constant)
const fresh = Array.from({ length: 1000 }, (_, n) => browserRequest(`/api/v1/items/${n + 1000}?page=2&sort=name`))
// h2load: :path, :scheme, :authority, :method and user-agent, all of them in a table once the first request has come.
const repeated = Buffer.from([0x84, 0x87, 0xbf, 0x82, 0xbe])

function warmDecoder() {
  const decoder = new FieldDecoder(options)
  decoder.decode(first, 0, first.length)
  return decoder
}
const [browser, load, same] = [warmDecoder(), warmDecoder(), warmDecoder()]
let turn = 0
let seen = 0

const contenders = {
  'decode 14 fields, 13 indexed, new each time': () => {
    const block = fresh[turn++ % fresh.length]
    seen += browser.decode(block, 0, block.length).length
  },
  'decode the same 5 fields, 5 bytes': () => {
    seen += load.decode(repeated, 0, repeated.length).length
  },
  'decode the same 14 fields': () => {
    seen += same.decode(fresh[0], 0, fresh[0].length).length
  },
  'decode 11 literals on a new connection': () => {
    seen += new FieldDecoder(options).decode(first, 0, first.length).length
  },
  'encode 8 response fields': () => {
    seen += encodeFields(response).length
  },
}

const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
for (let round = 0; round < ROUNDS + 3; round++) {
  for (const [name, run] of Object.entries(contenders)) {
    const start = process.hrtime.bigint()
    for (let index = 0; index < BLOCKS_PER_ROUND; index++) run()
    const microseconds = Number(process.hrtime.bigint() - start) / 1e3 / BLOCKS_PER_ROUND
    if (round >= 3) times[name].push(microseconds)
  }
}

process.stdout.write(
  `Node ${process.version}, ${cpus()[0]?.model}, blocks of ${fresh[0].length}, ${repeated.length}, ${first.length} and ${encodeFields(response).length} bytes, ${seen > 0 ? ROUNDS : 0} rounds\n`,
)
for (const [name, rounds] of Object.entries(times)) {
  rounds.sort((a, b) => a - b)
  const [median, low, high] = [rounds[ROUNDS >> 1], rounds[0], rounds[ROUNDS - 1]].map((time) => time.toFixed(2))
  process.stdout.write(`${name.padEnd(46)} ${median} µs (${low} to ${high})\n`)
}
