import { ConfigFileError } from '@tunnel/agent-config'
import { TunnelError } from '@tunnel/agent-core'
import { expect, it } from 'vitest'
import { CliError } from './cli-error.ts'
import { errorLines } from './error-lines.ts'

it.each([
  [new CliError('ERR_CLI_USAGE', 'one'), 'ERROR:  one\n'],
  [new CliError('ERR_CLI_USAGE', 'one\n\n  two'), 'ERROR:  one\nERROR:  \nERROR:    two\n'],
  [
    new ConfigFileError('ERR_CONFIG_INVALID', 'a.yml:1:1: x\na.yml:2:1: y'),
    'ERROR:  a.yml:1:1: x\nERROR:  a.yml:2:1: y\n',
  ],
  [new TunnelError(334, 'it is taken'), 'ERROR:  it is taken\nERROR:  \nERROR:  ERR_TUNNEL_334\n'],
  [
    new TunnelError(334, 'it\x1b[31m is\ttaken\u202E'),
    'ERROR:  it\uFFFD[31m is taken\uFFFD\nERROR:  \nERROR:  ERR_TUNNEL_334\n',
  ],
  ['thrown text', 'ERROR:  internal error: thrown text\n'],
])('%s', (cause, lines) => {
  expect(errorLines(cause)).toBe(lines)
})

it('knows an error of another copy of the package by its code', () => {
  const foreign = Object.assign(new Error('it is taken'), { code: 'ERR_TUNNEL_334' })
  expect(errorLines(foreign)).toBe('ERROR:  it is taken\nERROR:  \nERROR:  ERR_TUNNEL_334\n')
})

it('shows where a fault of our own came from', () => {
  const lines = errorLines(new RangeError('oops')).split('\n')
  expect(lines[0]).toBe('ERROR:  internal error: RangeError: oops')
  expect(lines[1]).toMatch(/^ERROR: {6}at /)
})
