type Loose<T> = { readonly [Key in keyof T]?: T[Key] | null | undefined }

/** The values of a file as flags give them: a key with nothing after it is a flag that was not given. */
export function givenValues<T extends object>(values: Loose<T>): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => (value ?? null) !== null)) as Partial<T>
}
