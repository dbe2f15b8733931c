import { Dialog } from '../ui/dialog.tsx'
import './help-sheet.css'

const keys: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['j', '↓'], 'Next exchange'],
  [['k', '↑'], 'Previous exchange'],
  [['g', 'Home'], 'Newest exchange'],
  [['G', 'End'], 'Oldest exchange'],
  [['Enter'], 'Go to the details'],
  [['Esc'], 'Back to the list'],
  [['/'], 'Filter'],
  [['p'], 'Pause and resume the list'],
  [['s'], 'Pin the exchange, or let it go'],
  [['r'], 'Replay the exchange'],
  [['e'], 'Replay with modifications'],
  [['c'], 'Copy as cURL'],
  [['d'], 'Compare a replay with its original'],
  [['t'], 'Theme'],
  [['?'], 'This sheet'],
]

const filters: readonly (readonly [filter: string, what: string])[] = [
  ['status:5xx', 'answers that failed'],
  ['-path:/health*', 'all but health checks'],
  ['method:post,put', 'one of several values'],
  ['duration>500ms size>10kb', 'slow and large'],
  ['header.x-shop:acme', 'any header, of request or response'],
  ['is:pinned', 'also failed, replay, open, truncated, imported'],
  ['"order 42"', 'text of heads and bodies'],
]

export function HelpSheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys and filters" onClose={onClose}>
      <div className="help-columns">
        <section>
          <h3>Keys</h3>
          <dl className="help-list">
            {keys.map(([names, what]) => (
              <div key={what}>
                <dt>
                  {names.map((name) => (
                    <kbd key={name}>{name}</kbd>
                  ))}
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section>
          <h3>Filters</h3>
          <dl className="help-list">
            {filters.map(([filter, what]) => (
              <div key={filter}>
                <dt>
                  <code>{filter}</code>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
          <p className="muted">Filters beside each other must all hold. A - or ! in front turns one round.</p>
        </section>
      </div>
    </Dialog>
  )
}
