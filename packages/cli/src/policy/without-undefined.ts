type Optional<T> = { [Key in keyof T]?: T[Key] | undefined }

/** The values that are there: `undefined` is no value of an optional property. */
export function withoutUndefined<T>(values: Optional<T>): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T
}
