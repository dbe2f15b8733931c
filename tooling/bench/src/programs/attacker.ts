import { argv } from 'node:process'
import { attacks } from '../attacks.ts'

/** `<attack> <http port> <https port> <name>`: attacks until it is stopped, and says then how often it did so in a second. */
const [, , attack = '', httpPort, httpsPort, name = ''] = argv

const begin = attacks[attack]
if (!begin) throw new Error(`no attack ${attack}`)
const startedAt = performance.now()
let done = 0
begin({ httpPort: Number(httpPort), httpsPort: Number(httpsPort), name }, () => done++)
process.stdout.write('attacking\n')
process.once('SIGTERM', () => {
  const seconds = (performance.now() - startedAt) / 1000
  process.stdout.write(`${(done / seconds).toFixed(1)} a second\n`, () => process.exit(0))
})
