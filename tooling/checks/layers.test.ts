import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { expect, test } from 'vitest'
import { root, sourcesOf, type WorkspacePackage, workspacePackages } from './workspace.ts'

/** What each package may import of the workspace, and why it is no more (design.md, "The house"). */
const rules: Record<string, { may: string[]; because: string }> = {
  '@tunnel/testkit': { may: [], because: 'every package uses it in tests, so it can depend on none' },
  '@tunnel/socket-buffers': { may: [], because: 'it knows sockets and nothing of what they carry' },
  '@tunnel/yamux': { may: ['@tunnel/socket-buffers'], because: 'others use it without a tunnel' },
  '@tunnel/http': { may: [], because: 'others use it without a tunnel; it knows bytes and nothing of agents' },
  '@tunnel/http2': {
    may: [],
    because: 'others use it without a tunnel; it knows frames and nothing of what requests mean',
  },
  '@tunnel/protocol': { may: [], because: 'edge and agent meet in it and nowhere else' },
  '@tunnel/config-file': { may: [], because: 'it knows files and positions, not what a setting means' },
  '@tunnel/agent-config': { may: ['@tunnel/config-file'], because: 'reading a file must not start a network' },
  '@tunnel/edge-config': { may: ['@tunnel/config-file'], because: 'reading settings must not start an edge' },
  '@tunnel/traffic-policy': { may: ['@tunnel/http'], because: 'it decides, and others act: it opens no socket' },
  '@tunnel/inspector': { may: ['@tunnel/http'], because: 'it keeps what an observer is told, whoever tells it' },
  '@tunnel/agent-core': {
    may: ['@tunnel/yamux', '@tunnel/protocol', '@tunnel/http', '@tunnel/socket-buffers'],
    because: 'the agent must install without server code',
  },
  '@tunnel/edge': {
    may: [
      '@tunnel/socket-buffers',
      '@tunnel/yamux',
      '@tunnel/protocol',
      '@tunnel/http',
      '@tunnel/http2',
      '@tunnel/traffic-policy',
    ],
    because: 'the edge declares ports and knows no storage behind them',
  },
  '@tunnel/edge-telemetry': {
    may: ['@tunnel/edge'],
    because: 'it is told what happened by the ports of the edge, and an edge runs without it',
  },
  '@tunnel/control-plane': {
    may: ['@tunnel/edge', '@tunnel/protocol', '@tunnel/traffic-policy'],
    because: 'it implements the ports of the edge and sees nothing else of it',
  },
  '@tunnel/cli': {
    may: [
      '@tunnel/agent-core',
      '@tunnel/agent-config',
      '@tunnel/inspector',
      '@tunnel/traffic-policy',
      '@tunnel/protocol',
    ],
    because: 'it is what a laptop installs: no server code',
  },
  tunnel: {
    may: ['@tunnel/cli', '@tunnel/inspector'],
    because: 'an app holds no logic; the files of the web pages are beside it',
  },
  'tunnel-edge': {
    may: ['@tunnel/edge', '@tunnel/edge-config', '@tunnel/edge-telemetry', '@tunnel/control-plane'],
    because: 'an app composes and holds no logic',
  },
}

const packages = workspacePackages()

test('every package has a rule', () => {
  expect(packages.map((one) => one.name).sort()).toEqual(Object.keys(rules).sort())
})

for (const one of packages) {
  const rule = rules[one.name]
  test(`${one.name} imports no more than it may: ${rule?.because}`, () => {
    const allowed = new Set(rule?.may)
    expect(wrongImports(one, allowed)).toEqual([])
    expect(workspaceNames(one.dependencies).filter((name) => !allowed.has(name))).toEqual([])
  })

  test(`${one.name} imports only what its manifest declares`, () => {
    const declared = { ...one.dependencies, ...one.devDependencies }
    const missing = importsOf(one)
      .filter(({ name }) => !name.startsWith('node:') && !(name in declared) && name !== one.name)
      .map(({ name, file }) => `${file}: ${name}`)
    expect(missing).toEqual([])
  })
}

test('control-plane sees only types of edge', () => {
  const one = packages.find(({ name }) => name === '@tunnel/control-plane') as WorkspacePackage
  const values = sourcesOf(one)
    .filter((file) => !file.endsWith('.test.ts'))
    .filter((file) =>
      /^(?:import|export) (?!type)[^;]*?from '@tunnel\/edge'/ms.test(withoutTypeImports(readFileSync(file, 'utf8'))),
    )
  expect(values.map((file) => relative(root, file))).toEqual([])
})

test('protocol, http and traffic-policy open no socket and no file', () => {
  const pure = packages.filter(({ name }) => /\/(protocol|http|traffic-policy)$/.test(name))
  const impure = pure.flatMap((one) =>
    importsOf(one)
      .filter(
        ({ name, file }) =>
          /^node:(net|tls|fs|http2?|https|dgram|dns|child_process)/.test(name) && !file.includes('.test.'),
      )
      .map(({ name, file }) => `${file}: ${name}`),
  )
  expect(impure).toEqual([])
})

function wrongImports(one: WorkspacePackage, allowed: ReadonlySet<string>): string[] {
  return importsOf(one)
    .filter(({ name, file }) => isWorkspace(name) && !allowed.has(name) && name !== one.name && !mayInTest(name, file))
    .map(({ name, file }) => `${file}: ${name}`)
}

const mayInTest = (name: string, file: string): boolean => name === '@tunnel/testkit' && /\.test\.ts$/.test(file)
const isWorkspace = (name: string): boolean => name in rules
const workspaceNames = (dependencies: Record<string, string>): string[] => Object.keys(dependencies).filter(isWorkspace)

/** The package of every import in the sources: `ws` of `ws/lib/x`. */
function importsOf(one: WorkspacePackage): { name: string; file: string }[] {
  return sourcesOf(one).flatMap((file) => {
    const text = readFileSync(file, 'utf8').replace(/^\s*(?:\*|\/\/|\/\*).*$/gm, '')
    const names = [...text.matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\s*\()'([^'.][^']*)'/g)].map((match) =>
      packageOf(match[1] as string),
    )
    return [...new Set(names)].map((name) => ({ name, file: relative(root, file) }))
  })
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] as string)
}

function withoutTypeImports(text: string): string {
  return text.replace(/^(?:import|export) type [^;]*?from '[^']+'/gms, '')
}
