import { expect, it } from 'vitest'
import { normalizeArguments } from './normalize-arguments.ts'

const kinds = new Map([
  ['pooling-enabled', 'switch'],
  ['metadata', 'value'],
  ['help', 'switch'],
] as const)

it.each([
  [
    ['http', '80'],
    ['http', '80'],
  ],
  [
    ['--pooling-enabled', '80'],
    ['--pooling-enabled', '80'],
  ],
  [
    ['--pooling-enabled=true', '80'],
    ['--pooling-enabled', '80'],
  ],
  [['--pooling-enabled=T'], ['--pooling-enabled']],
  [['--pooling-enabled=false', '80'], ['80']],
  [['--pooling-enabled=0'], []],
  [
    ['--metadata', '-not-a-flag'],
    ['--metadata', '-not-a-flag'],
  ],
  [
    ['--metadata', '--pooling-enabled=false'],
    ['--metadata', '--pooling-enabled=false'],
  ],
  [
    ['--metadata', '--'],
    ['--metadata', '--'],
  ],
  [
    ['--metadata=-x', '--metadata='],
    ['--metadata=-x', '--metadata='],
  ],
  [['--metadata=a=b\nc'], ['--metadata=a=b\nc']],
  [['--metadata'], ['--metadata']],
  [
    ['--', '-subdomain=x'],
    ['--', '-subdomain=x'],
  ],
  [
    ['-h', '-', '--unknown=1'],
    ['-h', '-', '--unknown=1'],
  ],
])('%j becomes %j', (argv, expected) => {
  expect(normalizeArguments(argv, kinds)).toEqual(expected)
})

it.each([
  [['-metadata', 'x'], '-metadata: flags with long names start with two hyphens: write --metadata'],
  [['-hostname=x'], '-hostname: flags with long names start with two hyphens, and this one is now --url https://NAME'],
  [
    ['tls', '-subdomain=x', '443'],
    '-subdomain: flags with long names start with two hyphens, and this one is now --url tls://NAME.DOMAIN',
  ],
  [
    ['--metadata', 'tls', 'http', '-subdomain=x', '80'],
    '-subdomain: flags with long names start with two hyphens, and this one is now --url https://NAME.DOMAIN',
  ],
  [['--client-cas=x'], 'unknown flag --client-cas: it is now --mutual-tls-cas'],
  [['--pooling-enabled='], '--pooling-enabled is true or false, not ""'],
])('refuses %j', (argv, message) => {
  expect(() => normalizeArguments(argv, kinds)).toThrow(expect.objectContaining({ code: 'ERR_CLI_USAGE', message }))
})
