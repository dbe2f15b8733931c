// Brings a checkout to the point where it runs, with nothing but Node and npm: installs and builds what is missing or stale.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const LEAST_NODE = [20, 19]

/** Installs and builds unless that was done for exactly these files. Exits with a sentence when it cannot. */
export async function ensureBuilt() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1])) {
    fail(`Tunnel needs Node ${LEAST_NODE.join('.')} or newer; this is ${process.versions.node}.`)
  }
  const wanted = { install: hashOfManifests(), build: hashOfSources() }
  const done = readStamp()
  if (done.install !== wanted.install) {
    await pnpm('Installing dependencies', ['install', '--frozen-lockfile', '--prefer-offline'])
  }
  if (done.install !== wanted.install || done.build !== wanted.build) {
    await pnpm('Building', ['run', 'build'])
    writeStamp(wanted)
  }
}

/** Runs the workspace's own pnpm, whatever is on PATH. */
function pnpm(what, args) {
  process.stderr.write(`${what} (a few moments, once) …\n`)
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx'
  const child = spawn(npx, ['--yes', manifest.packageManager, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', CI: process.env.CI ?? '1' },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  return new Promise((resolve) => {
    child.on('error', (error) => fail(`${what} failed: ${error.message}`))
    child.on('close', (code) => {
      if (code === 0) return resolve()
      fail(`${output}\n${what} failed with exit code ${code}.`)
    })
  })
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

const stampFile = join(root, 'node_modules/.tunnel-stamp.json')

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'))
  } catch {
    return {}
  }
}

function writeStamp(stamp) {
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, JSON.stringify(stamp))
}

function packageDirectories() {
  return ['packages', 'apps', 'tooling'].flatMap((group) =>
    readdirSync(join(root, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(root, group, entry.name)),
  )
}

function hashOfManifests() {
  const hash = createHash('sha256').update(process.versions.node.split('.')[0])
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'])
    hash.update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

/** By size and time: reading every source would cost more than the start itself. */
function hashOfSources() {
  const hash = createHash('sha256')
  for (const directory of packageDirectories()) {
    for (const name of ['package.json', 'tsconfig.json', 'tsconfig.build.json']) noteFile(hash, join(directory, name))
    noteTree(hash, join(directory, 'src'))
  }
  return hash.digest('hex')
}

function noteTree(hash, directory) {
  let entries
  try {
    entries = readdirSync(directory, { withFileTypes: true })
  } catch {
    return
  }
  for (const entry of entries) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) noteTree(hash, path)
    else if (!entry.name.endsWith('.test.ts')) noteFile(hash, path)
  }
}

function noteFile(hash, file) {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat) hash.update(`${file}\0${stat.size}\0${stat.mtimeMs}\0`)
}
