import type { CompilePolicyOptions, ModuleTarget, PolicyFault } from '@tunnel/traffic-policy'

/** `:3:14: unknown action …`, to stand after the name of a file, as compilers write it. */
export const faultLine = ({ line, column, message, code }: PolicyFault): string =>
  `:${line}:${column}: ${message} (${code})`

/** In the order of the text; what several endpoints find is there once. */
export function sortedFaults(faults: readonly PolicyFault[]): PolicyFault[] {
  const unique = new Map(faults.map((fault) => [JSON.stringify([fault.pointer, fault.code, faultLine(fault)]), fault]))
  return [...unique.values()].sort((one, other) => one.line - other.line || one.column - other.column)
}

export const compileOptions = ({ protocol, binding }: ModuleTarget): CompilePolicyOptions => ({
  protocol,
  ...(binding && { binding }),
})
