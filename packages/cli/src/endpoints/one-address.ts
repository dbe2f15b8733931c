import { CliError } from '../cli-error.ts'

/** The positional argument of `http` and `tcp`. Throws `ERR_CLI_USAGE` with what was given and an example. */
export function oneAddress(command: 'http' | 'tcp', given: readonly string[]): string {
  const example = command === 'http' ? 'tunnel http 8080' : 'tunnel tcp 22'
  const [address, ...more] = given
  if (address === undefined) {
    throw new CliError('ERR_CLI_USAGE', `${command} needs the address or port to forward to; for example ${example}`)
  }
  if (more.length > 0) {
    const shown = given.map((one) => JSON.stringify(one.slice(0, 100))).join(', ')
    const message = `${command} takes one address or port and was given ${given.length}: ${shown}; for example ${example}`
    throw new CliError('ERR_CLI_USAGE', message)
  }
  if (/^file:/i.test(address)) throw new CliError('ERR_CLI_NOT_SUPPORTED', 'file:// addresses are not supported yet')
  return address
}
