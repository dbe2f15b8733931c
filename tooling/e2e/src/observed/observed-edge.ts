import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EdgeProgram, startEdgeProgram } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'

/** As far as tests look for it. */
export interface EventObject {
  readonly http?: { readonly request: { readonly url: { readonly path: string } | null } }
  readonly endpoint?: { readonly url: string }
}

/** An event as a line has it. */
export interface WrittenEvent {
  event_type: string
  object: EventObject
}

export interface ObservedEdge extends EdgeProgram {
  readonly eventsFile: string
  readonly logFile: string
  /** All that are in the file by now, or in another one. */
  events(file?: string): WrittenEvent[]
  /** The object of the first event of a type that matches, once it is there. */
  event(type: string, matches: (object: EventObject) => boolean): Promise<EventObject>
  /** Asks the private listener. */
  ask(path: string): Promise<{ status: number; text: string }>
  /** Metrics by their name with labels. */
  metrics(): Promise<Map<string, number>>
}

/** An edge whose events and metrics are on. */
export async function startObservedEdge(args: readonly string[] = []): Promise<ObservedEdge> {
  const directory = temporaryDirectory()
  const [eventsFile, logFile] = [join(directory, 'events.log'), join(directory, 'edge.log')]
  const own = ['--metrics-addr=127.0.0.1:0', `--events-file=${eventsFile}`, `--log=${logFile}`, '--log-level=info']
  const edge = await startEdgeProgram({ args: [...own, ...args] })
  const events = (file = eventsFile): WrittenEvent[] => (existsSync(file) ? linesOf(file) : [])
  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${edge.metricsPort}${path}`)
    return { status: response.status, text: (await response.text()).trimEnd() }
  }
  return {
    ...edge,
    eventsFile,
    logFile,
    events,
    ask,
    event: async (type, matches) => {
      const found = () => events().find(({ event_type, object }) => event_type === type && matches(object))
      await until(() => found() !== undefined, `an event ${type}`)
      return (found() as WrittenEvent).object
    },
    metrics: async () => {
      const { text } = await ask('/metrics')
      const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
      return new Map(samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
    },
  }
}

/** Lines are written whole, in batches: what is there can be read. */
function linesOf(file: string): WrittenEvent[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.slice(0, -1).map((line) => JSON.parse(line) as WrittenEvent)
}
