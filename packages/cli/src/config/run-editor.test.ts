import { expect, it } from 'vitest'
import { editorCommand, editorOf } from './run-editor.ts'

it.each([
  [{ VISUAL: 'v', EDITOR: 'e' }, 'linux', 'v'],
  [{ VISUAL: '', EDITOR: 'e' }, 'linux', 'e'],
  [{}, 'darwin', 'nano'],
  [{}, 'win32', 'notepad'],
] as const)('with %j on %s the editor is %s', (env, platform, editor) => {
  expect(editorOf({ env, platform })).toBe(editor)
})

it('keeps a path with spaces together, and the flags of the editor apart', () => {
  expect(editorCommand('code --wait', '/my files/t.yml', 'linux')).toEqual({
    program: '/bin/sh',
    args: ['-c', 'code --wait "$1"', 'sh', '/my files/t.yml'],
    shell: false,
  })
  expect(editorCommand('code --wait', 'C:\\my files\\t.yml', 'win32')).toEqual({
    program: 'code --wait "C:\\my files\\t.yml"',
    args: [],
    shell: true,
  })
})
