import * as z from 'zod'
import type { ConfigPath } from './fault.ts'

/** Takes off wrappers (optional, default, …) and opens unions, until only shapes are left. */
const shapesOf = (schema: z.core.$ZodType | undefined, data: unknown): z.core.$ZodType[] => {
  if (schema === undefined) return []
  if (schema instanceof z.ZodPipe) {
    const before = schema.def.in
    return shapesOf(before instanceof z.ZodTransform ? schema.def.out : before, data)
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const { discriminator, options } = schema.def
    const tag = stepInto(data, discriminator)
    return options.flatMap((option) => shapesOf(option, data).filter((shape) => accepts(shape, discriminator, tag)))
  }
  if (schema instanceof z.ZodUnion) return schema.def.options.flatMap((option) => shapesOf(option, data))
  if (schema instanceof z.ZodLazy) return shapesOf(schema.def.getter(), data)
  const inner = 'innerType' in schema._zod.def ? (schema._zod.def.innerType as z.core.$ZodType) : undefined
  return inner ? shapesOf(inner, data) : [schema]
}

const accepts = (shape: z.core.$ZodType, key: string, tag: unknown): boolean => {
  const field = shape instanceof z.ZodObject ? (shape.shape[key] as z.core.$ZodType | undefined) : undefined
  return field !== undefined && z.safeParse(field, tag).success
}

const childOf = (shape: z.core.$ZodType, step: string | number): z.core.$ZodType | undefined => {
  if (shape instanceof z.ZodObject) return shape.shape[step] as z.core.$ZodType | undefined
  if (shape instanceof z.ZodRecord) return shape.def.valueType
  return shape instanceof z.ZodArray ? shape.def.element : undefined
}

/** One step into plain data; `undefined` where there is nothing. */
export const stepInto = (data: unknown, step: string | number): unknown =>
  typeof data === 'object' && data !== null && Object.hasOwn(data, step)
    ? (data as Readonly<Record<string | number, unknown>>)[step]
    : undefined

/**
 * The keys that the schema takes in the map at `path`, each with where it lies below that map:
 * first its own keys, then those one level down, so that a key put beside its parent can be shown its place.
 */
export const knownKeys = (schema: z.core.$ZodType, path: ConfigPath, data: unknown): Map<string, string> => {
  let shapes = shapesOf(schema, data)
  let value = data
  for (const step of path) {
    value = stepInto(value, step)
    shapes = shapes.flatMap((shape) => shapesOf(childOf(shape, step), value))
  }
  const maps = shapes.filter((shape) => shape instanceof z.ZodObject)
  const keys = new Map<string, string>()
  for (const map of maps) for (const key of Object.keys(map.shape)) keys.set(key, key)
  for (const map of maps) {
    for (const [parent, field] of Object.entries(map.shape)) {
      for (const shape of shapesOf(field as z.core.$ZodType, stepInto(value, parent))) {
        if (!(shape instanceof z.ZodObject)) continue
        for (const key of Object.keys(shape.shape)) if (!keys.has(key)) keys.set(key, `${parent}.${key}`)
      }
    }
  }
  return keys
}
