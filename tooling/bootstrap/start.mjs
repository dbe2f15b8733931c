// `npm start -- http 8080`: an edge and an agent on loopback, for trying Tunnel out. `npm start` alone brings a demo service.
import { fork } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join, relative } from 'node:path'
import { startDemoService } from './demo-service.mjs'
import { ensureBuilt, root } from './ensure.mjs'

const HTTP_PORT = 4080
const HTTPS_PORT = 4443
/** What goes wrong is on stderr; flags of the user come later and win. */
const QUIET = ['--log=stderr', '--log-level=warn']
const dataDirectory = join(root, '.tunnel/edge')
const edgeLog = join(root, '.tunnel/edge.log')

await ensureBuilt()

const children = new Set()
let ending = false
let exitCode = 0
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0))

const given = process.argv.slice(2)
const demo = given.length === 0 ? await startDemoService() : undefined
const command = demo ? ['http', String(demo.address().port)] : given

// On a terminal the agent draws a full screen, and nothing else may write there.
const isTerminal = process.stdout.isTTY === true
if (isTerminal) mkdirSync(dirname(edgeLog), { recursive: true })
const [httpPort, httpsPort] = [await freePort(HTTP_PORT), await freePort(HTTPS_PORT)]
const edge = start('apps/edge/bin/tunnel-edge.mjs', [
  '--domain=localhost',
  `--http-addr=127.0.0.1:${httpPort}`,
  `--https-addr=127.0.0.1:${httpsPort}`,
  `--data=${dataDirectory}`,
  '--log-level=warn',
  ...(isTerminal ? [`--log=${edgeLog}`] : []),
])
const ready = await message(edge, 'ready')
if (ready) {
  const ca = relative(process.cwd(), ready.caFile)
  const note = `The https address is signed by this edge's own CA: curl --cacert ${ca} … or trust that file in the browser.\n`
  if (isTerminal) process.stdout.write(note)
  const args = [...(isTerminal ? [] : QUIET), ...withBothSchemes(command)]
  const agent = start('apps/agent/bin/tunnel.mjs', args, { TUNNEL_CONNECT: ready.connectionString })
  const online = await message(agent, 'online')
  if (online && !isTerminal) process.stdout.write(`${forwardingLines(online)}\n${note}`)
}

/** In place of the agent's log, which a pipe gets. */
function forwardingLines({ forwardings }) {
  return forwardings.map(({ url, upstream }) => `Forwarding       ${url} -> ${upstream}\n`).join('')
}

/** Both addresses, so that a browser can open one as it is; unless the user has chosen. */
function withBothSchemes(args) {
  const chosen = args.some((arg) => /^--(scheme|url|domain|hostname|subdomain|help)\b/.test(arg))
  return args[0] === 'http' && !chosen ? [...args, '--scheme=http,https'] : args
}

function start(script, args, env = {}) {
  const child = fork(join(root, script), args, {
    env: { ...process.env, ...env },
    stdio: [isTerminal ? 'inherit' : 'ignore', 'inherit', 'inherit', 'ipc'],
  })
  children.add(child)
  child.on('exit', (code) => {
    children.delete(child)
    end(code ?? 1)
  })
  return child
}

/** The child's message of that type; `undefined` when it exits first. */
function message(child, type) {
  return new Promise((resolve) => {
    child.on('message', (value) => value?.type === type && resolve(value))
    child.on('exit', () => resolve(undefined))
  })
}

/** Ends both, the agent's goodbye first, and then itself. */
function end(code) {
  if (!ending) exitCode = code
  ending = true
  demo?.closeAllConnections()
  demo?.close()
  for (const child of children) child.kill('SIGTERM')
  if (children.size === 0) process.exit(exitCode)
}

/** `preferred`, or whatever is free when somebody else has it. */
function freePort(preferred) {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error) => (preferred === 0 ? reject(error) : freePort(0).then(resolve, reject)))
    probe.listen(preferred, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
