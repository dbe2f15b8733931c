import { useMemo } from 'react'
import { byteCount } from '../ui/format.ts'
import { NameValueTable } from '../ui/name-value-table.tsx'
import { protobufFields } from './binary/protobuf.ts'
import { type BodyKind, decodeText, isText } from './body-kind.ts'
import { CodeView } from './code-view.tsx'
import { boundaryOf, fieldText, multipartParts, type Part } from './form/multipart.ts'
import { urlEncodedParameters } from './form/parameters.ts'
import { HexView } from './hex-view.tsx'
import { ImageView } from './image-view.tsx'
import { prettyJson } from './json/pretty.ts'
import { type Pretty, plainLines } from './lines.ts'
import { ProtobufView } from './protobuf-view.tsx'
import { prettyXml } from './xml/pretty.ts'

/** Longer texts are shown as they are. */
const MAX_PRETTY_LENGTH = 4_194_304

interface Content {
  readonly contentType: string
  readonly bytes: Uint8Array
}

/** Bytes as what they are said to be. */
export function BodyContent({ kind, contentType, bytes }: Content & { kind: BodyKind }) {
  switch (kind) {
    case 'json':
    case 'xml':
    case 'text':
      return <TextContent kind={kind} contentType={contentType} bytes={bytes} />
    case 'form':
      return <NameValueTable label="Form parameters" rows={urlEncodedParameters(decodeText(contentType, bytes))} />
    case 'multipart':
      return <MultipartContent contentType={contentType} bytes={bytes} />
    case 'image':
      return <ImageView contentType={contentType} bytes={bytes} />
    case 'protobuf':
      return <ProtobufContent bytes={bytes} />
    case 'binary':
      return <HexView label="Bytes" bytes={bytes} />
    case 'empty':
      return null
  }
}

const layouts: Readonly<Record<'json' | 'xml' | 'text', (text: string) => Pretty>> = {
  json: prettyJson,
  xml: prettyXml,
  text: (text) => ({ lines: plainLines(text) }),
}

function TextContent({ kind, contentType, bytes }: Content & { kind: keyof typeof layouts }) {
  const pretty = useMemo(() => {
    const text = decodeText(contentType, bytes)
    return text.length > MAX_PRETTY_LENGTH ? layouts.text(text) : layouts[kind](text)
  }, [kind, contentType, bytes])
  return <CodeView label="Body" pretty={pretty} />
}

function MultipartContent({ contentType, bytes }: Content) {
  const parts = useMemo(() => multipartParts(bytes, boundaryOf(contentType) ?? ''), [contentType, bytes])
  if (parts.length === 0) return <HexView label="Bytes" bytes={bytes} />
  return <NameValueTable label="Parts" rows={parts.map((part) => [part.name, <PartContent key="" part={part} />])} />
}

function PartContent({ part }: { part: Part }) {
  if (part.fileName === undefined && isText(part.body)) return fieldText(part)
  return (
    <>
      {part.fileName !== undefined && `${part.fileName} `}
      <span className="muted">{`${part.contentType ?? ''} ${byteCount(part.body.length)}`}</span>
      {part.contentType?.startsWith('image/') && <ImageView contentType={part.contentType} bytes={part.body} />}
    </>
  )
}

function ProtobufContent({ bytes }: { bytes: Uint8Array }) {
  const fields = useMemo(() => protobufFields(bytes), [bytes])
  return fields ? <ProtobufView fields={fields} /> : <HexView label="Bytes" bytes={bytes} />
}
