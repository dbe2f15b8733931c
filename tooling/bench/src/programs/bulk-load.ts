import { download } from '../download.ts'

/** Keeps downloads going until it is stopped. */
const [port, host = '', path = '', count] = process.argv.slice(2)
const target = { port: Number(port), host }
const never = new AbortController().signal
await Promise.all(Array.from({ length: Number(count) }, () => download(target, path, {}, never)))
