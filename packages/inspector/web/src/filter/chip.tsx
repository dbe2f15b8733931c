/** One condition. Its text turns it round, its cross takes it away. */
export function Chip({ term, onNegate, onRemove }: { term: string; onNegate: () => void; onRemove: () => void }) {
  const negative = /^[-!]/.test(term)
  return (
    <span className="chip" data-negative={negative || undefined}>
      <button type="button" aria-label={`Remove ${term}`} onClick={onRemove}>
        ×
      </button>
      <button type="button" title={negative ? 'Show what matches' : 'Hide what matches'} onClick={onNegate}>
        {negative && <strong>not </strong>}
        {negative ? term.slice(1) : term}
      </button>
    </span>
  )
}
