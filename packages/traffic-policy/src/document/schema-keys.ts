import type { Path } from './source-position.ts'

/** The names that a strict object takes, for a hint. */
export function keysAt(schema: unknown, path: Path): readonly string[] {
  const { shape, element, innerType, options, in: input } = (schema as { def?: SchemaInside }).def ?? {}
  if (shape) {
    const [first, ...rest] = path
    return first === undefined ? Object.keys(shape) : keysAt(shape[first as string], rest)
  }
  if (element) return keysAt(element, path.slice(1))
  if (innerType ?? input) return keysAt(innerType ?? input, path)
  return options?.flatMap((option) => keysAt(option, path)) ?? []
}

interface SchemaInside {
  readonly shape?: Readonly<Record<string, unknown>>
  readonly element?: unknown
  readonly innerType?: unknown
  readonly options?: readonly unknown[]
  readonly in?: unknown
}
