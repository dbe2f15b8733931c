import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Opens connections, asks for something that is not there on each, says `open`, and keeps them until it is stopped. */
const [port, count] = process.argv.slice(2)
const atOnce = 100
const request = 'GET / HTTP/1.1\r\nHost: nobody.localhost\r\n\r\n'

async function openVisitor(): Promise<Socket> {
  const socket = connect({ port: Number(port), host: '127.0.0.1' })
  socket.write(request)
  await once(socket, 'data')
  socket.pause()
  socket.once('close', () => {
    process.stderr.write('a connection did not stay open\n')
    process.exit(1)
  })
  return socket
}

const visitors: Socket[] = []
while (visitors.length < Number(count)) {
  visitors.push(...(await Promise.all(Array.from({ length: atOnce }, openVisitor))))
}
process.stdout.write('open\n')
setInterval(() => {}, 60_000)
