import { useState } from 'react'
import type { CaptureDetail, Direction } from '../../../src/contract.ts'
import { MessageDetail } from './message-detail.tsx'
import { MessageList } from './message-list.tsx'
import './messages.css'
import { messagePreview } from './message-text.ts'
import { SendForm } from './send-form.tsx'
import { Timeline } from './timeline-chart.tsx'
import { useMessages } from './use-messages.ts'

const titles = {
  http: 'Messages',
  websocket: 'WebSocket messages',
  sse: 'Events',
  grpc: 'gRPC messages',
  tcp: 'Bytes over time',
  tls: 'Bytes over time',
} as const

/** What went both ways after, or without, a head. */
export default function Messages({ detail }: { detail: CaptureDetail }) {
  const { messages, total, problem } = useMessages(detail)
  const [direction, setDirection] = useState<Direction | ''>('')
  const [words, setWords] = useState('')
  const [chosen, choose] = useState<number>()
  const wanted = words.toLowerCase()
  const shown = messages.filter(
    (message) =>
      (direction === '' || message.direction === direction) &&
      (wanted === '' || messagePreview(message).toLowerCase().includes(wanted)),
  )
  const looked = messages.find(({ index }) => index === chosen)
  return (
    <section className="messages" aria-label={titles[detail.kind]}>
      <div className="messages-head">
        <h2>
          {titles[detail.kind]}{' '}
          <span className="muted">{shown.length === total ? total : `${shown.length} of ${total}`}</span>
        </h2>
        <input
          type="search"
          placeholder="Search"
          aria-label="Search in messages"
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <select
          aria-label="Direction"
          value={direction}
          onChange={(event) => setDirection(event.target.value as Direction | '')}
        >
          <option value="">Both ways</option>
          <option value="request">To the upstream</option>
          <option value="response">To the visitor</option>
        </select>
      </div>
      <Timeline messages={messages} />
      <MessageList messages={shown} chosen={chosen} onChoose={choose} />
      {problem && <p className="body-error">{problem}</p>}
      {looked && <MessageDetail id={detail.id} message={looked} />}
      {detail.canSend && <SendForm id={detail.id} />}
    </section>
  )
}
