import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runToEnd } from '../harness/process.ts'
import { startAgentProgram, startEdgeProgram } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { startUpstream, type Upstream } from '../harness/upstream.ts'

export interface CurlAnswer {
  readonly status: number
  /** Names in lower case; the last of several lines. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Curl = (path: string, ...args: string[]) => Promise<CurlAnswer>

/** `tunnel http` with flags, its service, and curl on its way to it. */
export interface Site {
  readonly upstream: Upstream
  /** What the service was sent, by request. */
  readonly received: Readonly<Record<string, string | string[] | undefined>>[]
  readonly url: string
  readonly curl: Curl
  /** All that the agent has printed. */
  readonly printed: () => string
}

/** `answer` is the status and body of the service. */
export async function startSite(
  flags: readonly string[],
  answer: { status?: number; body?: string } = {},
): Promise<Site> {
  const received: Site['received'] = []
  const upstream = await startUpstream((incoming, response) => {
    received.push(incoming.headers)
    incoming.resume().on('end', () => {
      response.writeHead(answer.status ?? 200, { 'content-type': 'text/plain', 'x-service': 'yes' })
      response.end(answer.body ?? 'hello')
    })
  })
  const edge = await startEdgeProgram()
  const agent = await startAgentProgram(edge.connectionString, ['http', String(upstream.port), ...flags])
  const [url = ''] = agent.urls
  const caFile = join(temporaryDirectory(), 'ca.pem')
  writeFileSync(caFile, edge.ca)
  return { upstream, received, url, printed: agent.printed, curl: curlTo(url, caFile) }
}

function curlTo(url: string, caFile: string): Curl {
  const { hostname, port } = new URL(url)
  const resolve = `${hostname}:${port || 443}:127.0.0.1`
  return async (path, ...args) => {
    const common = [
      '--silent',
      '--show-error',
      '--include',
      '--cacert',
      caFile,
      '--resolve',
      resolve,
      '--max-time',
      '15',
    ]
    return answerOf((await runToEnd('curl', [...common, ...args, new URL(path, url).href])).toString('latin1'))
  }
}

/** `HTTP/2 200`, fields, an empty line, the body. */
function answerOf(text: string): CurlAnswer {
  const end = text.indexOf('\r\n\r\n')
  const [start = '', ...lines] = text.slice(0, end).split('\r\n')
  const fields = lines.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 1).trim(),
  ])
  return { status: Number(start.split(' ')[1]), headers: Object.fromEntries(fields), body: text.slice(end + 4) }
}
