// Writes schema.json anew, for `pnpm --filter @tunnel/traffic-policy schema`; a test tells when that is due.
import { writeFileSync } from 'node:fs'
import { policyCasesJsonSchema, policyJsonSchema } from './dist/index.js'

writeFileSync(new URL('schema.json', import.meta.url), `${JSON.stringify(policyJsonSchema(), undefined, 2)}\n`)
writeFileSync(
  new URL('cases-schema.json', import.meta.url),
  `${JSON.stringify(policyCasesJsonSchema(), undefined, 2)}\n`,
)
