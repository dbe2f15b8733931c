import { encodeMessage, MessageDecoder, parseAgentMessage, parseConnectionString } from '@tunnel/protocol'

const { host, port, authtoken = '' } = parseConnectionString('tunnel://AUTHTOKEN@edge.example')
const hello = encodeMessage({
  type: 'hello',
  versions: [1],
  authtoken,
  agent: { version: '0.1.0', os: 'linux', arch: 'x64' },
  heartbeat: { intervalMs: 10_000, toleranceMs: 15_000 },
})
process.stdout.write(`${hello.length} bytes for ${host}:${port}\n`)

// At the edge, in whatever pieces they arrive:
const decoder = new MessageDecoder((value) => {
  const message = parseAgentMessage(value)
  if ('unknown' in message) process.stdout.write(`answer with ${JSON.stringify(message.unknown)}\n`)
  else process.stdout.write(`${message.type}\n`)
})
decoder.write(hello.subarray(0, 3))
decoder.write(hello.subarray(3))
decoder.write(encodeMessage({ type: 'unbind', id: 1, endpointId: 'ep_1' }))
