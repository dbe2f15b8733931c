import { CliError } from '../cli-error.ts'

const examples = {
  http: 'tunnel http 8080',
  tcp: 'tunnel tcp 22',
  tls: 'tunnel tls 443',
  tunnel: 'tunnel tunnel --label app=web 80',
}

/** The positional argument of `http`, `tcp`, `tls` and `tunnel`. Throws `ERR_CLI_USAGE` with what was given and an example. */
export function oneAddress(command: keyof typeof examples, given: readonly string[]): string {
  const example = examples[command]
  const [address, ...more] = given
  if (address === undefined) {
    throw new CliError('ERR_CLI_USAGE', `${command} needs the address or port to forward to; for example ${example}`)
  }
  if (more.length > 0) {
    const shown = given.map((one) => JSON.stringify(one.slice(0, 100))).join(', ')
    const message = `${command} takes one address or port and was given ${given.length}: ${shown}; for example ${example}`
    throw new CliError('ERR_CLI_USAGE', message)
  }
  return address
}
