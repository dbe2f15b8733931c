import { useRef } from 'react'
import { prettyJson } from '../body/json/pretty.ts'

/** Above this, lines are not numbered. */
const MAX_NUMBERED_LINES = 20_000
/** Above this, JSON is not checked while it is typed. */
const MAX_CHECKED_LENGTH = 200_000

/** Text with numbered lines. Where it looks like JSON, it is checked as it is typed. */
export function BodyEditor({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const numbers = useRef<HTMLPreElement>(null)
  const count = text.split('\n').length
  const problem = /^\s*[{[]/.test(text) && text.length <= MAX_CHECKED_LENGTH ? prettyJson(text).problem : undefined
  return (
    <div className="field">
      <span id="body-label">Body</span>
      <div className="body-editor">
        <pre ref={numbers} className="body-numbers" aria-hidden="true">
          {count <= MAX_NUMBERED_LINES && Array.from({ length: count }, (_, index) => index + 1).join('\n')}
        </pre>
        <textarea
          aria-labelledby="body-label"
          className="mono"
          rows={10}
          wrap="off"
          spellCheck={false}
          value={text}
          onChange={(event) => onChange(event.target.value)}
          onScroll={({ currentTarget }) => numbers.current?.scrollTo({ top: currentTarget.scrollTop })}
        />
      </div>
      {problem && (
        <p className="replay-problem">{`JSON, line ${problem.line}, column ${problem.column}: ${problem.message}`}</p>
      )}
    </div>
  )
}
