import type { HeaderList, RequestHead, ResponseHead } from '@tunnel/http'

/** What the edge knows of a connection. Plain values: nothing is read from them until a policy asks. */
export interface ConnectionFacts {
  readonly clientIp: string
  readonly clientPort: number
  readonly serverIp: string
  readonly serverPort: number
  /** @default '' */
  readonly serverRegion?: string
  /** When it was accepted, in milliseconds since 1970. */
  readonly startedAt: number
  /** Bytes from the client so far. */
  bytesIn?(): number
  /** Bytes to the client so far. */
  bytesOut?(): number
  /** Absent on plain connections. Before `terminate-tls` ran it has only `sni` and `ja4Fingerprint`. */
  readonly tls?: TlsFacts
  /** Of connections that a pod made through a `kubernetes` binding. */
  readonly pod?: PodFacts
}

export interface TlsFacts {
  /** `1.2` or `1.3`. */
  readonly version?: string
  /** IANA's name. */
  readonly cipherSuite?: string
  readonly sni?: string
  readonly alpn?: string
  readonly ja4Fingerprint?: string
  /** Read when a policy asks: parsing a certificate costs more than most requests. */
  client?(): CertificateFacts | undefined
  server?(): CertificateFacts | undefined
}

export interface CertificateFacts {
  readonly pem: string
  readonly subject: DistinguishedName
  readonly issuer: DistinguishedName
  readonly dnsNames: readonly string[]
  readonly emailAddresses: readonly string[]
  readonly ipAddresses: readonly string[]
  readonly uris: readonly string[]
  /** Lower-case hex. */
  readonly serialNumber: string
  readonly signatureAlgorithm: string
  /** Milliseconds since 1970. */
  readonly notBefore: number
  readonly notAfter: number
  readonly extensions: readonly { readonly id: string; readonly critical: boolean; readonly value: Uint8Array }[]
}

export interface DistinguishedName {
  /** As RFC 2253 writes it. */
  readonly text: string
  readonly commonName: string
  readonly country?: readonly string[]
  readonly locality?: readonly string[]
  readonly organization?: readonly string[]
  readonly organizationalUnit?: readonly string[]
  readonly postalCode?: readonly string[]
  readonly province?: readonly string[]
  readonly streetAddress?: readonly string[]
}

export interface PodFacts {
  readonly id: string
  readonly name: string
  readonly namespace: string
  readonly annotations: Readonly<Record<string, string>>
  readonly errorCode?: string
  readonly errorMessage?: string
}

export interface EndpointFacts {
  readonly id: string
  /** `https://app.example.com` */
  readonly url: string
  readonly host: string
  readonly port: number
  readonly protocol: 'http' | 'https' | 'tcp' | 'tls'
}

export interface RequestFacts {
  readonly head: RequestHead
  readonly scheme: 'http' | 'https'
  /** @default 'HTTP/1.1', or 'HTTP/1.0' if the head says so */
  readonly version?: string
  /** A name for this request that no other has. */
  readonly id: string
  /** When the head was complete, in milliseconds since 1970. */
  readonly receivedAt: number
  /** When the body was complete; `undefined` until then. */
  bodyReceivedAt?(): number | undefined
  trailers?(): HeaderList | undefined
  /**
   * The whole body, for an action that needs it; the request is then forwarded with the body that the outcome holds.
   * Fails if the body is larger than `maxBytes`, or is cut short.
   */
  readBody?(maxBytes: number): Promise<Buffer>
}

export interface ResponseFacts {
  readonly head: ResponseHead
  trailers?(): HeaderList | undefined
  /** As for the request. */
  readBody?(maxBytes: number): Promise<Buffer>
}
