/** A map of which any key is secret: cookies. */
export const everyKey: ReadonlySet<string> = Object.assign(new Set<string>(), { has: () => true })
