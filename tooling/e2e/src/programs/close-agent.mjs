// Connects, forwards, closes, and then has nothing more to do: no `process.exit`, so that whatever was left open would keep it.
import { forward } from '@tunnel/agent-core'

const listener = await forward({ addr: 9, connect: process.argv[2], proto: 'http' })
process.stdout.write(`${listener.url()}\n`)
await listener.close()
