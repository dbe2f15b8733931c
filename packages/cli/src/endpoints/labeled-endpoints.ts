import { CliError } from '../cli-error.ts'
import type { LabeledFlags } from '../flags/labeled-flags.ts'
import { DEFAULT_NAME, type EndpointStep } from './endpoint-step.ts'

/** The endpoint of `tunnel tunnel`. Throws {@link CliError}. */
export function labeledEndpoints(upstream: string, flags: LabeledFlags): EndpointStep[] {
  const { label: labels = [] } = flags
  if (labels.length === 0) {
    throw new CliError('ERR_CLI_USAGE', 'tunnel needs a label; for example tunnel tunnel --label app=web 80')
  }
  const wrong = labels.find((label) => !/^[^=\s]+=\S+$/.test(label))
  if (wrong !== undefined)
    throw new CliError('ERR_CLI_USAGE', `--label ${JSON.stringify(wrong.slice(0, 100))} is not key=value`)
  const config = {
    addr: upstream,
    labels,
    name: flags.name ?? DEFAULT_NAME,
    description: flags.description,
    metadata: flags.metadata,
    pooling_enabled: flags.poolingEnabled,
    proxy_proto: flags.upstreamProxyProtocol ?? flags.proxyProto,
    inspect: flags.inspect,
  }
  return [() => config]
}
