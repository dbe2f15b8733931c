import type { FilterField, FilterFlag } from './fields.ts'

/** One condition of a filter. `start` and `end` are where it stands in the text. */
export interface FilterTerm {
  start: number
  end: number
  negated: boolean
  field: FilterField
  /** Lower-case name, where `field` is `header`. */
  header?: string
  test: FilterTest
}

/** What a value is held against; of several values one is enough. Text is compared without regard to case. */
export type FilterTest =
  | { type: 'contains' | 'equals' | 'glob'; values: string[] }
  | { type: 'range'; ranges: NumberRange[] }
  | { type: 'flag'; flags: FilterFlag[] }

/** Both ends belong to it. */
export interface NumberRange {
  min: number
  max: number
}

/** Conditions that all have to hold. An empty filter lets everything through. */
export interface Filter {
  terms: FilterTerm[]
}

/** The text is no filter: what is wrong between `start` and `end`. */
export interface FilterProblem {
  message: string
  start: number
  end: number
}
