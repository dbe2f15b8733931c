import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { Client, Server } from '@tunnel/yamux'

const listener = createServer((socket) => new Server((stream) => stream.pipe(stream)).attach(socket))
await once(listener.listen(0, '127.0.0.1'), 'listening')
const { port } = listener.address() as AddressInfo

const session = new Client().attach(connect(port, '127.0.0.1'))
const words = ['one', 'connection,', 'many', 'streams']
const echoes = words.map((word) => text(session.open().end(word)))
process.stdout.write(`${(await Promise.all(echoes)).join(' ')}\n`)

await session.drain()
listener.close()
