// Loaded into an agent before its own code: the network that an example speaks of. `SEED_NETWORK` maps `host:port` to a port of loopback,
// so that `localhost:80` and `192.168.1.2:80` are there without anybody's leave, and a command runs exactly as it is printed.
import { Socket } from 'node:net'

const network = JSON.parse(process.env.SEED_NETWORK ?? '{}')
const connect = Socket.prototype.connect

Socket.prototype.connect = function (...given) {
  // `net.connect` hands on a list that it has normalised; `tls.connect` the options themselves.
  const list = Array.isArray(given[0]) ? given[0] : given
  const options = list[0]
  const port = network[`${options?.host}:${options?.port}`]
  if (port !== undefined) list[0] = { ...options, host: '127.0.0.1', port }
  return connect.apply(this, given)
}
