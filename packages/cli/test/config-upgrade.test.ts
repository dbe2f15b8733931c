import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { lineDiff, MAX_COMPARED_PAIRS } from '../src/config/line-diff.ts'
import { createHome, run } from './run-command.ts'

const own = '.config/tunnel/tunnel.yml'
const ngroks = '.config/ngrok/ngrok.yml'
const older = 'version: 2\nauthtoken: secret\ntunnels:\n  web: { proto: http, addr: 80, domain: a.example }\n'
const newer = `version: 3
agent:
  authtoken: secret
endpoints:
  - name: web
    url: https://a.example
    upstream:
      url: 80
`

function homeWith(text: string, path = own): string {
  const home = createHome()
  mkdirSync(dirname(join(home, path)), { recursive: true })
  writeFileSync(join(home, path), text)
  return home
}

const upgrade = (home: string, ...argv: string[]) => run(['config', 'upgrade', ...argv], { env: {}, home })

it('writes the newest version beside a backup, and shows it', async () => {
  const home = homeWith(older)
  const path = join(home, own)
  expect(await upgrade(home)).toMatchObject({
    exitCode: 0,
    stderr: '',
    stdout: `Backup: ${path}.v2.bak
Configuration file at ${path} is upgraded from version 2 to 3:

${newer}`,
  })
  expect(readFileSync(path, 'utf8')).toBe(newer)
  expect(readFileSync(`${path}.v2.bak`, 'utf8')).toBe(older)
  expect(statSync(`${path}.v2.bak`).mode & 0o777).toBe(0o600)
})

it('has nothing to do the second time', async () => {
  const home = homeWith(newer)
  const { exitCode, stdout } = await upgrade(home)
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: `Configuration file at ${join(home, own)} is at version 3: nothing to do\n`,
  })
  expect(readdirSync(dirname(join(home, own)))).toEqual(['tunnel.yml'])
})

it('never writes over an earlier backup', async () => {
  const home = homeWith(older)
  writeFileSync(join(home, `${own}.v2.bak`), 'earlier')
  expect((await upgrade(home)).stdout).toContain(`Backup: ${join(home, own)}.v2.1.bak\n`)
  expect(readFileSync(join(home, `${own}.v2.bak`), 'utf8')).toBe('earlier')
})

it('shows with --dry-run what would change, and writes nothing', async () => {
  const home = homeWith('version: 2\nauthtoken: secret # mine\nregion: eu\n')
  const { exitCode, stdout, stderr } = await upgrade(home, '--dry-run')
  expect(exitCode).toBe(0)
  expect(stdout).toBe(`- version: 2
- authtoken: secret # mine
- region: eu
+ version: 3
+ agent:
+   authtoken: secret # mine
+   region: eu
`)
  expect(stderr).toBe('')
  expect(readdirSync(dirname(join(home, own)))).toEqual(['tunnel.yml'])
})

it('goes to the version that is asked for', async () => {
  const home = homeWith('authtoken: x\nupdate: true\n')
  expect((await upgrade(home, '2')).exitCode).toBe(0)
  expect(readFileSync(join(home, own), 'utf8')).toBe('version: "2"\nregion: us\nauthtoken: x\nupdate_check: true\n')
})

it('moves a named file to the default place with --relocate', async () => {
  const home = homeWith(older, 'mine.yml')
  const { stdout } = await upgrade(home, '--relocate', '--config', join(home, 'mine.yml'))
  expect(stdout).toContain(`is upgraded from version 2 to 3 and now at ${join(home, own)}:`)
  expect(readFileSync(join(home, own), 'utf8')).toBe(newer)
  expect(existsSync(join(home, 'mine.yml'))).toBe(false)
  expect(readFileSync(join(home, 'mine.yml.v2.bak'), 'utf8')).toBe(older)
})

it("copies ngrok's file with --relocate and leaves it as it is", async () => {
  const home = homeWith(older, ngroks)
  const refused = await upgrade(home)
  expect(refused.exitCode).toBe(1)
  expect(refused.stderr).toContain(`${join(home, ngroks)} is ngrok's: tunnel config upgrade --relocate writes`)
  expect((await upgrade(home, '--relocate')).exitCode).toBe(0)
  expect(readFileSync(join(home, own), 'utf8')).toBe(newer)
  expect(readFileSync(join(home, ngroks), 'utf8')).toBe(older)
  expect(readdirSync(dirname(join(home, ngroks)))).toEqual(['ngrok.yml'])
})

it('does not write over a file in the default place', async () => {
  const home = homeWith(newer)
  writeFileSync(join(home, 'mine.yml'), older)
  const { exitCode, stderr } = await upgrade(home, '--relocate', '--config', join(home, 'mine.yml'))
  expect(exitCode).toBe(1)
  expect(stderr).toBe(`ERROR:  --relocate would write over ${join(home, own)}; move it away first\n`)
})

it.each([
  [['4'], newer, '"4" is no version to upgrade to: 2 or 3'],
  [['2'], newer, 'version 3 cannot be turned into the older 2'],
  [[], 'version: 2\nauthtokn: x\n', 'tunnel.yml:2:1: unknown key `authtokn`; did you mean `authtoken`?'],
])('refuses %j for %j and leaves the file', async (argv, text, message) => {
  const home = homeWith(text)
  const { exitCode, stdout, stderr } = await upgrade(home, ...argv)
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  expect(stderr).toContain(message)
  expect(readFileSync(join(home, own), 'utf8')).toBe(text)
})

it('says where the file would be', async () => {
  const home = createHome()
  expect((await upgrade(home)).stderr).toBe(`ERROR:  there is no configuration file; it would be ${join(home, own)}\n`)
})

it.each([
  ['', 'a\n', ['+ a']],
  ['a\n', '', ['- a']],
  ['a\nb\nc\n', 'a\nx\nc\n', ['  a', '- b', '+ x', '  c']],
  ['a\nb\nc\nd\n', 'b\nd\ne\n', ['- a', '  b', '- c', '  d', '+ e']],
  ['a\r\nb\r\n', 'a\nc\n', ['  a', '- b', '+ c']],
])('shows the way from %j to %j', (before, after, lines) => {
  expect(lineDiff(before, after)).toEqual(lines)
})

it('does not compare beyond its bound', () => {
  const count = Math.ceil(Math.sqrt(MAX_COMPARED_PAIRS)) + 1
  const text = (word: string): string => Array.from({ length: count }, (_, line) => `${word}${line}\nsame\n`).join('')
  const lines = lineDiff(text('a'), text('b'))
  expect(lines.slice(0, 2)).toEqual(['- a0', '- same'])
  expect(lines).toHaveLength(4 * count - 1)
})
