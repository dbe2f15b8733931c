import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { start } from '../harness/process.ts'
import { environment } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'

const workspace = fileURLToPath(new URL('../../../..', import.meta.url))
const modules = join(workspace, 'tooling/e2e/node_modules')
const examples = join(dirname(createRequire(import.meta.url).resolve('@tunnel/agent-core/package.json')), 'examples')

/** Vite is installed for the inspector's web app. */
const vite = join(workspace, 'packages/inspector/node_modules/vite')
export const hasVite = existsSync(vite)

/** Makes directories with Next and agent-core installed; `undefined` where `TUNNEL_TEST_NEXT` names no directory that has it in its `node_modules`. */
export function nextProject(): (() => string) | undefined {
  const installed = process.env.TUNNEL_TEST_NEXT
  if (installed === undefined || !existsSync(join(installed, 'node_modules/next'))) return undefined
  return () => {
    // Below it, since Next bundles nothing that lies elsewhere.
    const directory = mkdtempSync(join(installed, 'project-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    mkdirSync(join(directory, 'node_modules/@tunnel'), { recursive: true })
    symlinkSync(join(modules, '@tunnel/agent-core'), join(directory, 'node_modules/@tunnel/agent-core'))
    writeFileSync(join(directory, 'package.json'), '{ "private": true }')
    return directory
  }
}

/** Runs an example of agent-core as its user would: in a project with its framework, by plain Node. Gives the URL that it prints. */
export async function runExample(
  name: string,
  connect: string,
  directory = projectDirectory(),
  env: Record<string, string> = {},
): Promise<string> {
  const file = join(directory, name)
  copyFileSync(join(examples, name), file)
  const child = start(process.execPath, [file], {
    env: environment({ TUNNEL_CONNECT: connect, ...env }),
    cwd: directory,
  })
  let printed = ''
  for (const output of [child.stdout, child.stderr]) {
    output?.on('data', (chunk: Buffer) => {
      printed += chunk
    })
  }
  const url = (): string | undefined => /online at (\S+)\n/.exec(printed)?.[1]
  await until(() => url() !== undefined || child.exitCode !== null, `${name} to be online`, 20_000)
  const found = url()
  if (found === undefined) throw new Error(`${name} ended: ${printed}`)
  return found
}

/** An empty directory with agent-core and Vite installed. */
export function viteProject(): string {
  const directory = temporaryDirectory()
  mkdirSync(join(directory, 'node_modules/@tunnel'), { recursive: true })
  symlinkSync(join(modules, '@tunnel/agent-core'), join(directory, 'node_modules/@tunnel/agent-core'))
  symlinkSync(vite, join(directory, 'node_modules/vite'))
  return directory
}

/** An empty directory with the packages of the end-to-end tests installed. */
export function projectDirectory(): string {
  const directory = temporaryDirectory()
  symlinkSync(modules, join(directory, 'node_modules'))
  return directory
}
