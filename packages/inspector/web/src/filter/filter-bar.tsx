import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { navigate } from '../app/route.ts'
import { useFeedState } from '../captures/feed-context.ts'
import { Chip } from './chip.tsx'
import './filter-bar.css'
import { SuggestionList } from './suggestion-list.tsx'
import { suggestions } from './suggestions.ts'
import { isFilter, joined, negated, termTexts } from './terms.ts'

/** The filter as chips and an input. What is typed filters at once; Enter makes a chip of it. */
export function FilterBar({ filter }: { filter: string }) {
  const { problem, headerNames } = useFeedState()
  const [chips, setChips] = useState<readonly string[]>(() => termTexts(filter) ?? [])
  const [draft, setDraft] = useState('')
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const input = useRef<HTMLInputElement>(null)
  const listId = useId()
  const said = useRef(filter)

  // The address may change by itself: by the back button, or by a link.
  useEffect(() => {
    if (filter === said.current) return
    said.current = filter
    setChips(termTexts(filter) ?? [filter])
    setDraft('')
  }, [filter])

  const apply = (nextChips: readonly string[], nextDraft: string): void => {
    setChips(nextChips)
    setDraft(nextDraft)
    setActive(-1)
    const whole = joined([...nextChips, nextDraft])
    const next = isFilter(whole) ? whole : joined(nextChips)
    said.current = next
    navigate({ filter: next })
  }
  const commit = (text: string): void => {
    const terms = termTexts(text)
    if (!terms) return
    apply([...chips, ...terms], '')
    setOpen(false)
  }
  const offered = open ? suggestions(draft, headerNames) : []
  const choose = (index: number): void => {
    const chosen = offered[index]
    if (!chosen) return
    if (chosen.whole) commit(chosen.text)
    else apply(chips, chosen.text)
    input.current?.focus()
  }
  const keys = (event: KeyboardEvent): void => {
    const last = offered.length - 1
    if (event.key === 'ArrowDown') {
      setOpen(true)
      setActive(active >= last ? 0 : active + 1)
    } else if (event.key === 'ArrowUp') setActive(active <= 0 ? last : active - 1)
    else if (event.key === 'Enter') active >= 0 ? choose(active) : commit(draft.trim())
    else if (event.key === 'Escape' && open && offered.length > 0) setOpen(false)
    else if (event.key === 'Escape') input.current?.blur()
    else if (event.key === 'Backspace' && draft === '' && chips.length > 0)
      apply(chips.slice(0, -1), chips.at(-1) ?? '')
    else return
    event.preventDefault()
  }
  const draftProblem = draft.trim() !== '' && !isFilter(draft)
  return (
    <search className="filter-bar">
      <div className="filter-field" data-wrong={draftProblem || undefined}>
        {chips.map((term, index) => (
          <Chip
            key={`${index} ${term}`}
            term={term}
            onNegate={() => apply(chips.with(index, negated(term)), draft)}
            onRemove={() => {
              apply(chips.toSpliced(index, 1), draft)
              input.current?.focus()
            }}
          />
        ))}
        <input
          ref={input}
          className="filter-input"
          type="text"
          role="combobox"
          aria-label="Filter"
          aria-expanded={offered.length > 0}
          aria-controls={listId}
          aria-activedescendant={active >= 0 ? `${listId}-${active}` : undefined}
          aria-invalid={draftProblem}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          placeholder={chips.length > 0 ? '' : 'Filter by'}
          value={draft}
          onChange={(event) => {
            setOpen(true)
            apply(chips, event.target.value)
          }}
          onClick={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={keys}
        />
        {(chips.length > 0 || draft !== '') && (
          <button
            type="button"
            className="quiet filter-reset"
            aria-label="Remove all filters"
            onClick={() => apply([], '')}
          >
            ×
          </button>
        )}
      </div>
      <SuggestionList id={listId} offered={offered} active={active} onChoose={choose} />
      {problem && (
        <p className="filter-problem" role="alert">
          {problem.message}
        </p>
      )}
    </search>
  )
}
