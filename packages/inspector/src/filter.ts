/** The filter language of the list of captures, for server and web app alike. No Node imports. */
export { type FilterField, type FilterFlag, filterFieldFrom, filterFields, filterFlags } from './filter/fields.ts'
export type { Filter, FilterProblem, FilterTerm, FilterTest, NumberRange } from './filter/filter.ts'
export { type FilterSubject, matchesFilter, needsWholeCapture } from './filter/matches-filter.ts'
export { filterLimits, parseFilter } from './filter/parse-filter.ts'
