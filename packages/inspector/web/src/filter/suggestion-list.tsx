import type { Suggestion } from './suggestions.ts'

interface SuggestionListProps {
  readonly id: string
  readonly offered: readonly Suggestion[]
  readonly active: number
  readonly onChoose: (index: number) => void
}

export function SuggestionList({ id, offered, active, onChoose }: SuggestionListProps) {
  return (
    <div
      id={id}
      className="filter-menu"
      role="listbox"
      aria-label="Filter fields and values"
      hidden={offered.length === 0}
    >
      {offered.map(({ text, hint }, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus, and names its active option
        // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys
        <div
          key={text}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          // Before the input loses the focus, and with it the menu.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onChoose(index)}
        >
          <span>{text}</span>
          <span className="muted">{hint}</span>
        </div>
      ))}
    </div>
  )
}
