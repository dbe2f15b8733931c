import { forwardRequestHead, RequestDecoder } from '@tunnel/http'

const lines: string[] = []
const decoder = new RequestDecoder({
  onHead: (head) => lines.push(forwardRequestHead(head, { clientAddress: '192.0.2.7', proto: 'https' })),
  onBody: (chunk) => lines.push(chunk.toString('latin1')),
  onEnd: () => decoder.next(),
  onError: (error) => lines.push(`${error.status} ${error.code}: ${error.message}`),
})
decoder.write(Buffer.from('POST /a HTTP/1.1\r\nHost: app.example\r\nContent-'))
decoder.write(Buffer.from('Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nHost: app.example\r\nX : y\r\n\r\n'))

export const transcript = lines.join('\n')
