/** As much of a unit as the tests follow: its settings by name, and the command line taken apart as systemd does (systemd.syntax(7)). */
export interface Unit {
  readonly settings: ReadonlyMap<string, string>
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

export function readUnit(text: string): Unit {
  const lines = text.split('\n').flatMap((line) => {
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? []
    return name === undefined ? [] : [[name, value as string] as const]
  })
  const environment = lines.filter(([name]) => name === 'Environment').map(([, value]) => value.split('=', 2))
  const settings = new Map(lines)
  return { settings, command: wordsOf(settings.get('ExecStart') ?? ''), environment: Object.fromEntries(environment) }
}

const escaped: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

function wordsOf(line: string): string[] {
  const words = line.match(/"(?:\\.|[^"\\])*"|[^\s"]+/g) ?? []
  return words.map((word, index) => {
    const text = word.startsWith('"') ? word.slice(1, -1) : word
    const plain = text.replace(/\\(.)/g, (_all, character: string) => escaped[character] ?? character)
    const expanded = plain.replaceAll('%%', '%')
    return index === 0 ? expanded : expanded.replaceAll('$$', '$')
  })
}
