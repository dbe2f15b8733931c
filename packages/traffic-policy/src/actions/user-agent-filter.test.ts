import { expect, test } from 'vitest'
import { compileRegex } from './regex.ts'
import { isUserAgentAllowed } from './user-agent-filter.ts'

test.each([
  ['no agent', [], ['x'], [], false],
  ['an empty agent', [], [], ['User-Agent', ''], false],
  ['no agent, allowed', ['^$'], ['.*'], [], true],
  [
    'an agent that allow names before deny',
    ['(?i)google-images'],
    ['(?i)google'],
    ['User-Agent', 'Google-Images/1'],
    true,
  ],
  ['an agent that deny names', ['(?i)google-images'], ['(?i)google'], ['User-Agent', 'Googlebot'], false],
  ['an agent that nothing names', ['curl'], ['wget'], ['User-Agent', 'Firefox'], true],
  ['only the first of two agents', [], ['bad'], ['user-agent', 'good', 'user-agent', 'bad'], true],
])('%s', (_, allow, deny, headers, isAllowed) => {
  const patterns = (texts: readonly string[]) => texts.map((text) => compileRegex(text))
  expect(isUserAgentAllowed({ allow: patterns(allow), deny: patterns(deny) }, headers)).toBe(isAllowed)
})
