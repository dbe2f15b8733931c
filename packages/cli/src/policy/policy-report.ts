/** What `tunnel policy check` and `test` print, and whether all is well. */
export interface PolicyReport {
  readonly isRight: boolean
  /** For stdout, without a newline at its end. */
  readonly report: string
  /** For stderr, if it is not right. */
  readonly summary: string
}

export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
