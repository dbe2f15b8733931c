import { type KeyboardEvent, useRef } from 'react'
import type { CaptureMessage } from '../../../src/contract.ts'
import { durationText, sizeText } from '../ui/format.ts'
import { useRowWindow } from '../ui/row-window.ts'
import { messageName, messagePreview } from './message-text.ts'

const ROW_HEIGHT = 26

interface MessageListProps {
  readonly messages: readonly CaptureMessage[]
  readonly chosen: number | undefined
  readonly onChoose: (index: number) => void
}

/** Messages in their order; arrows move through them. */
export function MessageList({ messages, chosen, onChoose }: MessageListProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const { first, end } = useRowWindow(scroller, ROW_HEIGHT, messages.length)
  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    const at = messages.findIndex(({ index }) => index === chosen)
    const next = messages[Math.max(0, Math.min(at + step, messages.length - 1))]
    if (next) onChoose(next.index)
  }
  if (messages.length === 0) return <p className="muted">None yet</p>
  return (
    <div
      ref={scroller}
      className="message-list"
      role="listbox"
      aria-label="Messages"
      aria-activedescendant={chosen === undefined ? undefined : `message-${chosen}`}
      tabIndex={0}
      data-scroller
      onKeyDown={move}
    >
      <div role="presentation" style={{ height: messages.length * ROW_HEIGHT, paddingTop: first * ROW_HEIGHT }}>
        {messages.slice(first, end).map((message) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, and names its active row
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys move through the whole list
          <div
            key={message.index}
            id={`message-${message.index}`}
            className="message-row"
            role="option"
            aria-selected={message.index === chosen}
            onClick={() => onChoose(message.index)}
          >
            <span
              className="message-way"
              data-direction={message.direction}
              role="img"
              aria-label={message.direction === 'request' ? 'to the upstream' : 'to the visitor'}
            >
              {message.direction === 'request' ? '↑' : '↓'}
            </span>
            <span className="message-name">{messageName(message)}</span>
            <span className="message-text">{messagePreview(message)}</span>
            <span>{message.type === 'websocket' && message.injected && <span className="badge">sent here</span>}</span>
            <span className="message-number">{sizeText(message.bytes)}</span>
            <span className="message-number">{message.atMs === null ? '' : `+${durationText(message.atMs)}`}</span>
          </div>
        ))}
      </div>
    </div>
  )
}
