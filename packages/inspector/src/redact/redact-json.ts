type Step = string | typeof EACH
const EACH = Symbol('each')

/** Levels that are walked; what is below is replaced as a whole. */
const MAX_DEPTH = 200

/** JSON with the named members replaced; the same text if there are none. `undefined`: it is no JSON. */
export function redactJson(text: string, paths: readonly string[]): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const names = new Set(paths.filter((path) => !path.startsWith('$')))
  const rooted = paths.filter((path) => path.startsWith('$')).map(stepsOf)
  const walk = new Walk(names)
  const result = walk.copy(value, rooted, 0)
  return walk.replaced ? JSON.stringify(result) : text
}

/** `$.items[*].secret` → items, each, secret. */
function stepsOf(path: string): Step[] {
  return [...path.slice(1).matchAll(/\[\*\]|\["([^"]*)"\]|\[(\d+)\]|\.?([^.[\]]+)/g)].map(
    ([whole, quoted, index, name]) => (whole === '[*]' || name === '*' ? EACH : (quoted ?? index ?? name ?? '')),
  )
}

class Walk {
  replaced = false
  readonly #names: ReadonlySet<string>

  constructor(names: ReadonlySet<string>) {
    this.#names = names
  }

  copy(value: unknown, rest: readonly Step[][], depth: number): unknown {
    if (rest.some((steps) => steps.length === 0) || (depth > MAX_DEPTH && isContainer(value))) return this.#replace()
    if (Array.isArray(value)) {
      return value.map((item, index) => this.copy(item, following(rest, String(index)), depth + 1))
    }
    if (!isContainer(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name,
        this.#names.has(name) ? this.#replace() : this.copy(item, following(rest, name), depth + 1),
      ]),
    )
  }

  #replace(): string {
    this.replaced = true
    return '[redacted]'
  }
}

function following(rest: readonly Step[][], name: string): Step[][] {
  return rest.filter(([step]) => step === EACH || step === name).map((steps) => steps.slice(1))
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
