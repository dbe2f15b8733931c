import { useRef } from 'react'
import type { HeaderPair } from '../../../src/contract.ts'

interface HeaderRowsProps {
  readonly title: string
  readonly noun: string
  readonly headers: readonly HeaderPair[]
  readonly onChange: (headers: readonly HeaderPair[]) => void
}

/** Names and values, row by row, in the order in which they are sent. */
export function HeaderRows({ title, noun, headers, onChange }: HeaderRowsProps) {
  const rows = useRef<HTMLFieldSetElement>(null)
  const add = (): void => {
    onChange([...headers, ['', '']])
    requestAnimationFrame(() => [...(rows.current?.querySelectorAll('input') ?? [])].at(-2)?.focus())
  }
  return (
    <fieldset ref={rows} className="header-rows">
      <legend>{title}</legend>
      {headers.map(([name, value], index) => (
        <div key={index} className="header-row">
          <button
            type="button"
            className="quiet"
            aria-label={`Remove ${noun.toLowerCase()} ${name}`}
            onClick={() => onChange(headers.toSpliced(index, 1))}
          >
            −
          </button>
          <input
            className="mono"
            aria-label={`${noun} ${index + 1}: name`}
            value={name}
            onChange={(event) => onChange(headers.with(index, [event.target.value, value]))}
          />
          <input
            className="mono"
            aria-label={`${noun} ${index + 1}: value`}
            value={value}
            onChange={(event) => onChange(headers.with(index, [name, event.target.value]))}
          />
        </div>
      ))}
      <button type="button" className="quiet" onClick={add}>
        {`+ Add ${noun}`}
      </button>
    </fieldset>
  )
}
