import { byteCount } from '../ui/format.ts'
import type { ProtobufField, ProtobufValue } from './binary/protobuf.ts'
import './protobuf-view.css'

/** Fields by their numbers: the names are in a schema that the inspector does not have. */
export function ProtobufView({ fields }: { fields: readonly ProtobufField[] }) {
  return (
    <ul className="protobuf">
      {fields.map(({ number, wire, value }, index) => (
        <li key={index}>
          <span className="protobuf-number">{number}</span>
          <span className="muted">{wire}</span>
          <Value value={value} />
        </li>
      ))}
    </ul>
  )
}

function Value({ value }: { value: ProtobufValue }) {
  switch (value.kind) {
    case 'number':
      return (
        <span className="mono">
          {value.text}
          {value.also !== undefined && <span className="muted"> or {value.also}</span>}
        </span>
      )
    case 'string':
      return <span className="mono protobuf-string">{JSON.stringify(value.text)}</span>
    case 'message':
      return <ProtobufView fields={value.fields} />
    case 'bytes':
      return (
        <span className="mono">
          <span className="muted">{byteCount(value.bytes.length)} </span>
          {Array.from(value.bytes.subarray(0, 64), (byte) => byte.toString(16).padStart(2, '0')).join(' ')}
          {value.bytes.length > 64 && ' …'}
        </span>
      )
  }
}
