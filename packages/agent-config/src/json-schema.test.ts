import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { agentConfigJsonSchema } from './index.ts'

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))

it('is published as a file: `tunnel config schema` writes it anew', () => {
  expect(read('../schema/tunnel.schema.json')).toEqual(agentConfigJsonSchema())
  expect(read('../package.json')).toMatchObject({
    exports: { './schema.json': './schema/tunnel.schema.json' },
    files: expect.arrayContaining(['schema']),
  })
})
