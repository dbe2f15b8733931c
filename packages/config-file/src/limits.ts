/** Bounds on what a settings file may ask of the reader. */
export interface ConfigLimits {
  /**
   * Most bytes of a file, as UTF-8. A longer one is refused with `ERR_CONFIG_TOO_LARGE` before it is parsed.
   *
   * @default 1_048_576
   */
  readonly maxConfigBytes: number
  /**
   * Most values that one alias (`*name`) may stand for, counted with the aliases inside it.
   * Past it a few lines could unfold into gigabytes; the fault is `ERR_CONFIG_ALIAS`.
   *
   * @default 100
   */
  readonly maxAliases: number
  /**
   * Most maps and lists inside each other. A deeper one is `ERR_CONFIG_SYNTAX`.
   *
   * @default 64
   */
  readonly maxDepth: number
  /**
   * Most faults reported of one file; the others show once these are mended.
   *
   * @default 100
   */
  readonly maxFaults: number
}

export const defaultConfigLimits: ConfigLimits = {
  maxConfigBytes: 1_048_576,
  maxAliases: 100,
  maxDepth: 64,
  maxFaults: 100,
}
