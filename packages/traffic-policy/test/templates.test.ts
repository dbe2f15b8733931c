// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { expect, it } from 'vitest'
import { celEnvironment } from '../src/cel/environment.ts'
import { createScope } from '../src/cel/scope.ts'
import { compileTemplate } from '../src/cel/template.ts'
import { plain, request, variablesOf } from './evaluation.ts'

const environment = celEnvironment('on_http_request')
const world = { request: request({ method: 'GET', target: '/a' }) }
const template = (source: string) => compileTemplate(source, environment)

/** Reference §2.4 */
it.each([
  ['plain', 'plain'],
  ['', ''],
  ['${req.method}', 'GET'],
  ['a ${req.method} b ${req.url.path}', 'a GET b /a'],
  ['$${req.method}', '${req.method}'],
  ['$', '$'],
  ['$1 ${"x"}', '$1 x'],
  ["${{'a': {'b': 1}}['a']['b']}", '1'],
  ["${'}'}", '}'],
  ["${'\\'}'}", "'}"],
  ['${"""}"""}', '}'],
  ['${true}|${1}|${1.5}|${2.0}|${3u}', 'true|1|1.5|2|3'],
  ['<${null}>', '<>'],
  ["${timestamp('2024-01-01T00:00:00Z')}|${duration('90s')}", '2024-01-01T00:00:00Z|90s'],
  ["${[1, 'a']}|${{'b': true}}|", '[1,"a"]|{"b":true}|'],
  ["${b'abc'}|${b'\\xff'}", 'abc|/w=='],
])('%s reads %s', (source, text) => {
  expect(template(source).render(createScope(variablesOf(world)))).toBe(text)
})

it.each([
  ['${[1, 2]}', [1n, 2n]],
  ['${1 == 1}', true],
  ['${{"a": 1}}', { a: 1n }],
  [' ${1}', ' 1'],
  ['text', 'text'],
])('%s as a whole has the type of its value', (source, value) => {
  expect(plain(template(source).evaluate(createScope(variablesOf(world))))).toEqual(value)
})

it('has no work left where there is no expression', () => {
  expect(template('a $${b}').constant).toBe('a ${b}')
  expect(template('a ${req.method}').constant).toBeUndefined()
})

it.each([
  ['a ${', '"${" has no matching "}"', 2],
  ['ab ${req.nothing}', '`req` has no `nothing`', 9],
  ['${"a}', '"${" has no matching "}"', 0],
])('%s does not compile', (source, message, start) => {
  expect(() => template(source)).toThrow(expect.objectContaining({ message: expect.stringContaining(message), start }))
})

it.each([
  ["${secrets.get('v', 'n')}", true],
  ["${req.headers['authorization'][0]}", true],
  ["${getReqHeader('X-Api-Key')[0]}", true],
  ["${req.cookies['a'][0].value}", true],
  ['${req.headers[req.method][0]}', true],
  ['${json.encode(req.headers)}', true],
  ["${req.headers['x-tier'][0]}", false],
  ['${req.url}', false],
])('%s reads a secret: %s', (source, isSecret) => {
  expect(template(source).readsSecret).toBe(isSecret)
})
