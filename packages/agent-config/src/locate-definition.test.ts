import { ConfigFileError } from '@tunnel/config-file'
import { expect, it } from 'vitest'
import { locateDefinition } from './index.ts'

const files: Readonly<Record<string, string>> = {
  'a.yml': `version: 3
endpoints:
  - name: web
    upstream: { url: 80 }
    traffic_policy:
      on_http_request:
        - actions: [{ type: dany }]
tunnels:
  old: { proto: http, addr: 80, basic_auth: [a:b] }
`,
  'b.yml': `version: 3
tunnels:
  old: &old
    proto: http
    addr: 80
  copy:
    <<: *old
`,
  'broken.yml': 'version: [\n',
}

const readText = (path: string): string => {
  const text = files[path]
  if (text === undefined) throw new ConfigFileError('ERR_CONFIG_NOT_FOUND', `${path}: there is no such file`)
  return text
}

const place = (name: string, ...path: (string | number)[]) => locateDefinition(Object.keys(files), name, path, readText)

it('finds what stands below an endpoint', () => {
  const type = ['traffic_policy', 'on_http_request', '0', 'actions', '0', 'type']
  expect(place('web', ...type)).toEqual({ file: 'a.yml', line: 7, column: 29 })
  expect(place('web')).toEqual({ file: 'a.yml', line: 3, column: 5 })
})

it('finds a tunnel in the last file that defines it, through aliases', () => {
  expect(place('old', 'addr')).toEqual({ file: 'b.yml', line: 5, column: 11 })
  expect(place('copy', 'addr')).toEqual({ file: 'b.yml', line: 5, column: 11 })
})

it('finds nothing of what no file defines, or is not there any more', () => {
  expect(place('none')).toBeUndefined()
  expect(locateDefinition(['gone.yml', 'a.yml'], 'web', [], readText)).toMatchObject({ file: 'a.yml' })
  expect(locateDefinition(['gone.yml'], 'web', [], readText)).toBeUndefined()
})
