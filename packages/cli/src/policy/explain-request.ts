import { randomUUID } from 'node:crypto'
import type { Session } from '@tunnel/agent-core'
import { EXPLAIN_FIELD } from '@tunnel/protocol'
import { formatTrace, type PolicyTrace } from '@tunnel/traffic-policy'
import { CliError } from '../cli-error.ts'
import { readConfig } from '../config-machine.ts'
import type { CommonFlags } from '../flags/common-flags.ts'
import type { PolicyExplainFlags } from '../flags/policy-command-flags.ts'
import { sessionOptions } from '../running/session-options.ts'
import type { Surroundings } from '../surroundings.ts'

/** How long a request is waited for without `--wait`, in seconds. */
const DEFAULT_WAIT_S = 60

export interface ExplainJob extends PolicyExplainFlags {
  readonly url: string
  readonly common: CommonFlags
}

/**
 * Waits for one request of an endpoint that an agent with the same authtoken has online. Resolves to what its policy did with it, for
 * stdout. `tell` says on the way which request is waited for. Rejects with `ERR_CLI_POLICY` when none came.
 */
export async function explainRequest(
  job: ExplainJob,
  surroundings: Surroundings,
  tell: (text: string) => void,
): Promise<string> {
  const url = endpointUrl(job.url)
  const config = await readConfig(surroundings, { configs: job.common.configs, connect: job.connect })
  const options = sessionOptions(config, { authtoken: job.authtoken }, surroundings.env)
  const connect = surroundings.connect ?? (await import('@tunnel/agent-core')).Session.connect
  let session: Session | undefined
  const stopListening = surroundings.onSignal(() => void session?.close())
  try {
    session = await connect({ ...options, keepTrying: false }, (created) => {
      session = created
    })
    const token = job.next ? undefined : randomUUID()
    const seconds = job.wait ?? DEFAULT_WAIT_S
    const explained = session.explain(url, { token, ttlMs: seconds * 1000 })
    tell(
      token === undefined
        ? `The next request to ${url} is explained.`
        : `Send it: curl -H '${EXPLAIN_FIELD}: ${token}' ${job.url}`,
    )
    const trace = await explained
    if (trace === undefined) throw new CliError('ERR_CLI_POLICY', `no such request came to ${url} within ${seconds} s`)
    return job.json
      ? trace
      : formatTrace(JSON.parse(trace) as PolicyTrace, { columns: surroundings.stdout.columns ?? 80 }).trimEnd()
  } finally {
    stopListening()
    await session?.close()
  }
}

/** The URL under which the endpoint is online: a path is that of the request. */
function endpointUrl(given: string): string {
  const text = given.includes('://') ? given : `https://${given}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.origin
  const shown = JSON.stringify(given.slice(0, 100))
  throw new CliError('ERR_CLI_USAGE', `${shown} is no http or https URL; for example https://app.example.com/path`)
}
