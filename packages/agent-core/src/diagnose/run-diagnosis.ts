import { TunnelError } from '@tunnel/protocol'
import { validateNetwork } from '../network/network-options.ts'
import { openPath, reasonOf } from '../network/open-path.ts'
import { validateTimes } from '../session/options.ts'
import { resolveTargets } from '../session/target.ts'
import type { DiagnoseOptions } from './diagnose.ts'
import { diagnoseEdge } from './diagnose-edge.ts'
import type { Diagnosis, EdgeFacts, TestResult, TestSection } from './diagnosis.ts'
import { testName } from './test-names.ts'
import { SectionRunner } from './test-section.ts'

/** What `diagnose` does. */
export async function runDiagnosis(options: DiagnoseOptions): Promise<Diagnosis> {
  validateTimes(options)
  validateNetwork(options)
  const { onTest = () => {}, regions = [undefined] } = options
  const targets = new Set(
    regions.flatMap((region) => resolveTargets(region === undefined ? options : { ...options, region })),
  )
  const sections: TestSection[] = [await diagnoseLocalhost(onTest)]
  if (options.internet) sections.push(await diagnoseInternet(options.internet, options, onTest))
  const edges: EdgeFacts[] = []
  for (const target of uniqueBy(targets, ({ address }) => `${address.host}:${address.port}`)) {
    const runner = new SectionRunner(`Edge Connectivity - ${target.address.host}:${target.address.port}`, onTest)
    const facts = await diagnoseEdge(runner, target, options)
    if (facts) edges.push(facts)
    sections.push(runner.section)
  }
  return { ok: edges.length > 0, sections, edges }
}

type OnTest = (section: string, test: TestResult) => void

/** Upstreams are found by this name. */
async function diagnoseLocalhost(onTest: OnTest): Promise<TestSection> {
  const runner = new SectionRunner('Localhost Connectivity', onTest)
  await runner.test('Name Resolution', () => testName('localhost', {}, AbortSignal.timeout(5000)), true)
  return runner.section
}

async function diagnoseInternet(
  internet: { readonly host: string; readonly port: number },
  options: DiagnoseOptions,
  onTest: OnTest,
): Promise<TestSection> {
  const runner = new SectionRunner('Internet Connectivity', onTest)
  const signal = AbortSignal.timeout(options.connectTimeoutMs ?? 10_000)
  const { host, port } = internet
  await runner.test(
    'TCP',
    async () => {
      try {
        const socket = await openPath(internet, options, options.env, signal, async (plain) => plain)
        socket.destroy()
        return { details: [`${host}:${port} answers`] }
      } catch (cause) {
        throw new TunnelError(8001, `${host}:${port} cannot be reached: ${reasonOf(cause)}`, { cause })
      }
    },
    true,
  )
  return runner.section
}

function uniqueBy<T>(values: Iterable<T>, keyOf: (value: T) => string): T[] {
  return [...new Map([...values].map((value) => [keyOf(value), value])).values()]
}
