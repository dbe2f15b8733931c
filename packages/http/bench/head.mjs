// What a request head costs: @tunnel/http, as built, against the llhttp inside Node, which calls back into JavaScript once a head as well.
// Both read the same bytes and end with the method, the target and a list of fields; @tunnel/http has then also checked host and framing.
// Interleaved rounds, medians. Run: pnpm --filter @tunnel/http bench

import { HTTPParser } from 'node:_http_common'
import { Buffer } from 'node:buffer'
import { cpus } from 'node:os'
import { forwardRequestHead, RequestDecoder, ResponseDecoder } from '@tunnel/http'

const ROUNDS = 15
const HEADS_PER_ROUND = 40_000

const request = Buffer.from(
  `${[
    'GET /api/v1/items?page=2&sort=name HTTP/1.1',
    'Host: app.example.com',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'Accept-Language: en-US,en;q=0.5',
    'Accept-Encoding: gzip, deflate, br, zstd',
    'Connection: keep-alive',
    'Cookie: session=8f14e45fceea167a5a36dedd4bea2543; theme=dark',
    'Referer: https://app.example.com/api/v1/items',
    'Cache-Control: no-cache',
    'X-Request-Id: 6fa459ea-ee8a-3ca4-894e-db77e160355e',
  ].join('\r\n')}\r\n\r\n`,
)
const response = Buffer.from(
  `${[
    'HTTP/1.1 200 OK',
    'Date: Sat, 21 Nov 2026 08:00:00 GMT',
    'Content-Type: application/json; charset=utf-8',
    'Content-Length: 0',
    'Cache-Control: private, max-age=0',
    'ETag: W/"5e-qQkcHXbKX4zZ8YkSBcFzD1zVmSc"',
    'Vary: Accept-Encoding',
    'X-Content-Type-Options: nosniff',
    'X-Frame-Options: DENY',
    'Strict-Transport-Security: max-age=31536000',
    'Server: example',
  ].join('\r\n')}\r\n\r\n`,
)

let seen = 0
let forwarding = false

const requests = new RequestDecoder({
  onHead(head) {
    seen += head.headers.length
    if (forwarding)
      seen += Buffer.byteLength(forwardRequestHead(head, { clientAddress: '192.0.2.1', proto: 'https' }), 'latin1')
  },
  onBody() {},
  onEnd: () => requests.next(),
  onError(error) {
    throw error
  },
})
const responses = new ResponseDecoder({
  onInformational() {},
  onHead: (head) => {
    seen += head.headers.length
  },
  onBody() {},
  onEnd() {},
  onError(error) {
    throw error
  },
})
const node = new HTTPParser()
node.initialize(HTTPParser.REQUEST, {})
node[HTTPParser.kOnHeadersComplete] = (_major, _minor, headers) => {
  seen += headers.length
  return 0
}
node[HTTPParser.kOnMessageComplete] = () => {}

const halves = [request.subarray(0, 200), request.subarray(200)]
const contenders = {
  'request head': () => requests.write(request),
  'request head in two chunks': () => {
    requests.write(halves[0])
    requests.write(halves[1])
  },
  'request head, read and forwarded': () => {
    forwarding = true
    requests.write(request)
    forwarding = false
  },
  'response head': () => {
    responses.expect('GET', false)
    responses.write(response)
  },
  "request head, Node's llhttp": () => node.execute(request),
}

const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
for (let round = 0; round < ROUNDS + 3; round++) {
  for (const [name, run] of Object.entries(contenders)) {
    const start = process.hrtime.bigint()
    for (let index = 0; index < HEADS_PER_ROUND; index++) run()
    const microseconds = Number(process.hrtime.bigint() - start) / 1e3 / HEADS_PER_ROUND
    if (round >= 3) times[name].push(microseconds)
  }
}

process.stdout.write(
  `Node ${process.version}, ${cpus()[0]?.model}, 10 header fields, ${request.length} bytes, ${seen > 0 ? ROUNDS : 0} rounds\n`,
)
for (const [name, rounds] of Object.entries(times)) {
  rounds.sort((a, b) => a - b)
  const [median, low, high] = [rounds[ROUNDS >> 1], rounds[0], rounds[ROUNDS - 1]].map((time) => time.toFixed(2))
  process.stdout.write(`${name.padEnd(36)} ${median} µs (${low} to ${high})\n`)
}
