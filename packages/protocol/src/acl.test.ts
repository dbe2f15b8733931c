import { expect, test } from 'vitest'
import { Acl } from './acl.ts'

test.each([[[]], [['*']], [['bind:*']], [['bind:a.test', 'bind:*']]])('%j allows everything', (rules) => {
  const acl = new Acl(rules)
  expect(acl.allowsEverything).toBe(true)
  expect(acl.allowsHost('any.test') && acl.allowsAddress('any.test', 1) && acl.allowsLabel('a=b')).toBe(true)
})

test.each([
  ['bind:foo.test', ['foo.test'], ['bar.test', 'x.foo.test', '*.foo.test', 'test']],
  ['bind:FOO.test', ['foo.test'], []],
  ['bind:*.foo.test', ['a.foo.test', 'a.b.foo.test', '*.foo.test', '*.a.foo.test'], ['foo.test', 'afoo.test']],
  ['bind:x.internal', ['x.internal'], ['y.internal']],
  ['bind:foo.test:20000', [], ['foo.test']],
  ['bind:foo=test', [], ['foo.test', 'test']],
])('%s allows the hosts %j and not %j', (rule, allowed, refused) => {
  const acl = new Acl([rule])
  expect(allowed.filter((host) => !acl.allowsHost(host))).toEqual([])
  expect(refused.filter((host) => acl.allowsHost(host))).toEqual([])
  expect(acl.allowsEverything).toBe(false)
})

test('an address is host and port', () => {
  const acl = new Acl(['bind:tcp.test:20002'])
  expect(acl.allowsAddress('tcp.test', 20002)).toBe(true)
  expect(acl.allowsAddress('tcp.test', 20003)).toBe(false)
  expect(new Acl(['bind:tcp.test']).allowsAddress('tcp.test', 20002)).toBe(false)
})

test.each([
  ['bind:app=web', ['app=web'], ['app=other', 'other=web', 'App=web']],
  ['bind:app=*', ['app=web', 'app=a=b'], ['other=web']],
  ['bind:*=web', ['app=web', 'other=web'], ['app=other']],
])('%s allows the labels %j and not %j', (rule, allowed, refused) => {
  const acl = new Acl([rule])
  expect(allowed.filter((label) => !acl.allowsLabel(label))).toEqual([])
  expect(refused.filter((label) => acl.allowsLabel(label))).toEqual([])
})

test('one of several rules is enough', () => {
  const acl = new Acl(['bind:a.test', 'bind:*.b.test'])
  expect(['a.test', 'x.b.test', 'c.test'].map((host) => acl.allowsHost(host))).toEqual([true, true, false])
})

test.each([
  'foo.test',
  'bind:',
  'bind',
  'bind:a b',
  'bind:https://a.test',
  'bind:-a.test',
  'bind:a..test',
  'bind:*a.test',
  'bind:a.*.test',
  'bind:*.a.test:20000',
  'bind:a.test:0',
  'bind:a.test:65536',
  'bind:=x',
  'bind:x=',
  'label:x=y',
])('%s is no rule', (rule) => {
  expect(() => new Acl(['*', rule])).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_600' }))
})
