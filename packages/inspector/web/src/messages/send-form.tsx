import { useState } from 'react'
import type { SendMessage } from '../../../src/contract.ts'
import { sendMessage } from '../api/captures.ts'
import { attempt } from '../app/notices.tsx'

/** Sends a message into a WebSocket that is open. */
export function SendForm({ id }: { id: string }) {
  const [text, setText] = useState('')
  const [to, setTo] = useState<SendMessage['to']>('visitor')
  const [form, setForm] = useState<'text' | 'base64'>('text')
  const send = async (): Promise<void> => {
    const sent = await attempt('Sending failed', () =>
      sendMessage(id, form === 'text' ? { to, text } : { to, base64: text.trim() }),
    )
    if (sent) setText('')
  }
  return (
    <form
      className="send-form"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <textarea
        className="mono"
        rows={2}
        aria-label="Message to send"
        placeholder={form === 'text' ? 'Message' : 'Bytes as base64'}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
          event.preventDefault()
          void send()
        }}
      />
      <select aria-label="Send to" value={to} onChange={(event) => setTo(event.target.value as SendMessage['to'])}>
        <option value="visitor">to the visitor</option>
        <option value="upstream">to the upstream</option>
      </select>
      <select aria-label="Form" value={form} onChange={(event) => setForm(event.target.value as 'text' | 'base64')}>
        <option value="text">text</option>
        <option value="base64">binary</option>
      </select>
      <button type="submit" className="primary" title="Ctrl+Enter">
        Send
      </button>
    </form>
  )
}
