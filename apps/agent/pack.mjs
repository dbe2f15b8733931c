import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/**
 * Writes what is published as `@tunnel/cli`: the command as it is built here, the inspector's web pages and whose work it all is. It needs no other package:
 * installed from its 9 workspace packages and the 99 of others that they need, it would take six times the space and a hundred downloads.
 *
 *     node pack.mjs [DIRECTORY]      # default: dist/package; to be built first
 */
const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const out = resolve(process.argv[2] ?? here('dist/package'))
const require = createRequire(import.meta.url)
const cli = dirname(require.resolve('@tunnel/cli/package.json'))
const inspector = dirname(require.resolve('@tunnel/inspector/package.json'))

rmSync(out, { recursive: true, force: true })
for (const directory of ['bin', 'dist']) mkdirSync(join(out, directory), { recursive: true })
copyCommand()
cpSync(join(inspector, 'dist/web'), join(out, 'dist/web'), { recursive: true })
cpSync(here('bin/tunnel.mjs'), join(out, 'bin/tunnel.mjs'))
for (const file of ['README.md', 'LICENSE']) cpSync(join(cli, file), join(out, file))
writeFileSync(
  join(out, 'CREDITS.txt'),
  `${execFileSync(process.execPath, [here('bin/tunnel.mjs'), 'credits'])}${await creditsOfPages()}`,
)
writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest(), undefined, 2)}\n`)

/** The pages lie in this package now, where in the workspace they are the inspector's. */
function copyCommand() {
  const [inspectors, own] = ['"@tunnel/inspector/package.json"', '"@tunnel/cli/package.json"']
  let replaced = 0
  for (const file of readdirSync(here('dist')).filter((name) => name.endsWith('.js'))) {
    const parts = readFileSync(here(`dist/${file}`), 'utf8').split(inspectors)
    replaced += parts.length - 1
    writeFileSync(join(out, 'dist', file), parts.join(own))
  }
  if (replaced !== 1) throw new Error(`the web pages are looked for in ${replaced} places of the command, not in 1`)
}

/** What the web pages were built of is no dependency of anything that runs, and in there all the same. */
async function creditsOfPages() {
  const { installedPackages } = await import(pathToFileURL(join(cli, 'dist/credits/installed-packages.js')).href)
  const found = ['react', 'react-dom'].flatMap((name) => installedPackages(join(inspector, 'node_modules', name)))
  const unique = new Map(found.map((one) => [one.name, one]))
  const line = '─'.repeat(72)
  return [...unique.values()]
    .map(({ name, version, text }) => `\n${line}\n${name} ${version} (web pages)\n\n${text}\n`)
    .join('')
}

function manifest() {
  const { version, description, license, engines } = JSON.parse(readFileSync(join(cli, 'package.json'), 'utf8'))
  return {
    name: '@tunnel/cli',
    version,
    description,
    license,
    type: 'module',
    engines,
    bin: { tunnel: 'bin/tunnel.mjs' },
    exports: { './package.json': './package.json' },
    files: ['bin', 'dist', 'CREDITS.txt'],
  }
}
