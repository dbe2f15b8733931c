import { useEffect, useState } from 'react'
import { mediaType } from './body-kind.ts'

/** An image as an image: what is active in it, as in SVG, does not run there. */
export function ImageView({ contentType, bytes }: { contentType: string; bytes: Uint8Array }) {
  const [url, setUrl] = useState<string>()
  const [size, setSize] = useState('')
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mediaType(contentType) }))
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [contentType, bytes])
  return (
    <figure className="image-view">
      <img
        src={url}
        alt="The body"
        onLoad={({ currentTarget }) => setSize(`${currentTarget.naturalWidth} × ${currentTarget.naturalHeight}`)}
        onError={() => setSize('The browser cannot show this image')}
      />
      <figcaption className="muted">{size}</figcaption>
    </figure>
  )
}
