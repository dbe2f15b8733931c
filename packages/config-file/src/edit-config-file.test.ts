import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { editConfigFile, editConfigText, setConfigValue, writeConfigFile } from './index.ts'

let directory: string
let file: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'config-file-'))
  file = join(directory, 'tunnel.yml')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const modeOf = (path: string): number => statSync(path).mode & 0o777
const setToken = (path: string): ReturnType<typeof editConfigFile> =>
  editConfigFile(path, (document) => setConfigValue(document, ['agent', 'authtoken'], 'new'))

/** The text of a file after its token was set. */
const afterSetToken = async (text: string): Promise<string> => {
  writeFileSync(file, text)
  await setToken(file)
  return readFileSync(file, 'utf8')
}

describe('what is written', () => {
  it('keeps comments, order and quotes', async () => {
    const text = (token: string): string =>
      `# mine\nversion: 3 # newest\n\nagent:\n  # the credential\n  authtoken: ${token} # from work\n  log: 'x'\n# end\n`
    expect(await afterSetToken(text('old'))).toBe(text('new'))
  })

  it('keeps a width of indentation, flush lists and the kind of line ends', async () => {
    const wide = (token: string): string => `agent:\n    authtoken: ${token}\n    log: x\n`
    expect(await afterSetToken(wide('old'))).toBe(wide('new'))
    const flush = (token: string): string => `endpoints:\n- name: a\n- name: b\nagent:\n  authtoken: ${token}\n`
    expect(await afterSetToken(flush('old'))).toBe(flush('new'))
    const dos = (token: string): string => `version: 3\r\nagent:\r\n  authtoken: ${token}\r\n`
    expect(await afterSetToken(dos('old'))).toBe(dos('new'))
  })

  it('does not fold long texts', async () => {
    const text = `note: ${'word '.repeat(60)}end\n`
    expect(await afterSetToken(text)).toBe(`${text}agent:\n  authtoken: new\n`)
  })

  it.each([
    ['', 'agent:\n  authtoken: new\n'],
    ['agent:\n', 'agent:\n  authtoken: new\n'],
    ['agent: {}\n', 'agent: { authtoken: new }\n'],
  ])('makes the maps that %j lacks', async (text, expected) => {
    expect(await afterSetToken(text)).toBe(expected)
  })

  it('keeps a file that holds only a comment', async () => {
    expect(await afterSetToken('# to be filled\n')).toBe('# to be filled\n\nagent:\n  authtoken: new\n')
  })

  it('quotes a text that YAML would read as something else', async () => {
    await editConfigFile(file, (document) => setConfigValue(document, ['a'], '0123'))
    expect(readFileSync(file, 'utf8')).toBe('a: "0123"\n')
  })
})

describe('where it is written', () => {
  it('creates the file and the directories above it, for the owner only', async () => {
    const deep = join(directory, 'a', 'b', 'tunnel.yml')
    expect(await setToken(deep)).toEqual({ path: deep, created: true })
    expect([modeOf(deep), modeOf(join(directory, 'a'))]).toEqual([0o600, 0o700])
    expect((await setToken(deep)).created).toBe(false)
  })

  it.each([
    [0o644, 0o600],
    [0o600, 0o600],
    [0o400, 0o400],
  ])('leaves a file of mode %o with %o', async (before, after) => {
    writeFileSync(file, '')
    chmodSync(file, before)
    await setToken(file)
    expect(modeOf(file)).toBe(after)
  })

  it('writes the file behind a symbolic link, there or not, and keeps the link', async () => {
    mkdirSync(join(directory, 'real'))
    symlinkSync('real/one.yml', join(directory, 'two.yml'))
    symlinkSync('two.yml', file)
    for (const created of [true, false]) {
      expect(await setToken(file)).toEqual({ path: join(directory, 'real', 'one.yml'), created })
    }
    expect(lstatSync(file).isSymbolicLink()).toBe(true)
    expect(readFileSync(file, 'utf8')).toBe('agent:\n  authtoken: new\n')
  })

  it('leaves nothing but the file behind', async () => {
    await setToken(file)
    expect(readdirSync(directory)).toEqual(['tunnel.yml'])
  })
})

describe('when it cannot', () => {
  it('leaves a file with faults as it is, and names them', async () => {
    const text = 'agent:\n\tauthtoken: old\na: 1\n'
    writeFileSync(file, text)
    await expect(setToken(file)).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
      message: expect.stringContaining(`${file}:2:1: this line is indented with a tab`),
      faults: [{ code: 'ERR_CONFIG_TAB' }],
    })
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  it('writes nothing when the edit throws', async () => {
    await expect(
      editConfigFile(file, () => {
        throw new Error('changed my mind')
      }),
    ).rejects.toThrow('changed my mind')
    expect(existsSync(file)).toBe(false)
  })

  it('does not grow a file that is too large to be read', async () => {
    writeFileSync(file, `# ${'x'.repeat(100)}\n`)
    const edit = editConfigFile(file, () => {}, { maxConfigBytes: 64 })
    await expect(edit).rejects.toMatchObject({ code: 'ERR_CONFIG_TOO_LARGE' })
  })

  it('says so when a directory is in the way', async () => {
    await expect(setToken(directory)).rejects.toMatchObject({ code: 'ERR_CONFIG_UNREADABLE' })
    writeFileSync(file, '')
    await expect(setToken(join(file, 'below.yml'))).rejects.toMatchObject({ code: 'ERR_CONFIG_UNWRITABLE' })
  })

  it('says so when links run in a circle', async () => {
    symlinkSync('tunnel.yml', file)
    await expect(setToken(file)).rejects.toMatchObject({ code: 'ERR_CONFIG_UNREADABLE' })
  })

  it('takes its temporary file away when the rename fails', async () => {
    const occupied = join(directory, 'occupied.yml')
    await expect(
      editConfigFile(occupied, (document) => {
        // A directory takes the name between the read and the write.
        mkdirSync(join(occupied, 'full'), { recursive: true })
        setConfigValue(document, ['a'], 1)
      }),
    ).rejects.toMatchObject({ code: 'ERR_CONFIG_UNWRITABLE' })
    expect(readdirSync(directory)).toEqual(['occupied.yml'])
  })
})

describe('a text', () => {
  it('is edited as a file is', () => {
    const edited = editConfigText('a: 1 # one\nb: 2\n', (document) => setConfigValue(document, ['a'], 3), {
      file: 'f.yml',
    })
    expect(edited).toBe('a: 3 # one\nb: 2\n')
  })

  it('that is no YAML is refused with its place', () => {
    expect(() => editConfigText('a: [\n', () => {}, { file: 'f.yml' })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID', message: expect.stringMatching(/^f\.yml:\d+:\d+: /) }),
    )
  })
})

describe('a whole text', () => {
  it('replaces a file behind a link, which stays a link', async () => {
    const link = join(directory, 'link.yml')
    symlinkSync('tunnel.yml', link)
    expect(await writeConfigFile(link, 'a: 1\n')).toBe(file)
    expect(readFileSync(file, 'utf8')).toBe('a: 1\n')
    expect(modeOf(file)).toBe(0o600)
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
  })

  it.skipIf(process.platform === 'win32')('replaces no device and no pipe, and does not wait for one', async () => {
    const pipe = join(directory, 'pipe.yml')
    execFileSync('mkfifo', [pipe])
    const refused = { code: 'ERR_CONFIG_UNWRITABLE', message: `${pipe}: cannot be written (it is no regular file)` }
    await expect(writeConfigFile(pipe, 'a: 1\n')).rejects.toMatchObject(refused)
    await expect(setToken(pipe)).rejects.toMatchObject(refused)
    expect(lstatSync(pipe).isFIFO()).toBe(true)
  })

  it('cannot replace a directory', async () => {
    mkdirSync(file)
    await expect(writeConfigFile(file, 'a: 1\n')).rejects.toMatchObject({ code: 'ERR_CONFIG_UNWRITABLE' })
    expect(readdirSync(directory)).toEqual(['tunnel.yml'])
  })
})
