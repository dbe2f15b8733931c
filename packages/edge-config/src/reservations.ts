import { isHostName, parsePort, shown } from '@tunnel/config-file'
import * as z from 'zod'

/** An address that only one authtoken may bind. */
export interface ReservationSetting {
  /** `app.example.com`, `*.example.com` or `example.com:20022`; lowercase. */
  readonly address: string
  readonly credentialId: string
}

/** Most reservations of one edge. */
export const maxReservations = 10_000

const entry = z.strictObject({
  address: z.string().describe('A name, *.name, or host:port of a TCP endpoint.'),
  credential: z.string().describe('Id of the credential, cr_….'),
})

/** Reservations: a list of maps or of texts `address=credential`; one text with commas is a list too. */
export const reservations = () =>
  z
    .union([z.string(), z.array(z.union([z.string(), entry])).max(maxReservations)], {
      error: 'expected a list of reservations, like app.example.com=cr_…',
    })
    .transform((value, context): readonly ReservationSetting[] => {
      const found = (Array.isArray(value) ? value : [value]).flatMap((one) =>
        typeof one === 'string' ? one.split(',').map((text) => fromText(text.trim())) : [fromMap(one)],
      )
      const wrong = found.map(faultOf).find((fault) => fault !== undefined) ?? overlapIn(found)
      if (wrong !== undefined) context.issues.push({ code: 'custom', input: value, message: wrong })
      return found
    })

const fromText = (text: string): ReservationSetting => {
  const [address = '', credential = ''] = text.split(/=(.*)/s)
  return fromMap({ address, credential })
}

const fromMap = ({ address, credential }: z.output<typeof entry>): ReservationSetting => ({
  address: address.toLowerCase(),
  credentialId: credential,
})

const faultOf = ({ address, credentialId }: ReservationSetting): string | undefined => {
  const [host = '', port, ...more] = address.split(':')
  const name = host.replace(/^\*\./, '')
  const isPort = port === undefined || (name === host && (parsePort(port) ?? 0) > 0)
  if (!isHostName(name) || !isPort || more.length > 0) return `${shown(address)} is not a name, *.name or host:port`
  return /^cr_[0-9A-Za-z]+$/.test(credentialId) ? undefined : `${shown(credentialId)} is not the id of a credential`
}

/** Whoever has a name has all below it, so that nobody else can; several may have the same. */
const overlapIn = (reservations: readonly ReservationSetting[]): string | undefined => {
  const owners = new Map<string, Set<string>>()
  for (const { address, credentialId } of reservations) {
    owners.set(address, (owners.get(address) ?? new Set()).add(credentialId))
  }
  for (const { address, credentialId } of reservations) {
    const other = coveringAddresses(address).find((name) => owners.get(name)?.has(credentialId) === false)
    if (other !== undefined) return `${shown(address)} is reserved for another credential by ${shown(other)}`
  }
  return undefined
}

const coveringAddresses = (address: string): string[] => {
  if (address.includes(':')) return []
  const labels = address.replace(/^\*\./, '').split('.')
  const parents = labels.map((_, index) => labels.slice(index).join('.'))
  return [...parents, ...parents.slice(1).map((parent) => `*.${parent}`)].filter((name) => name !== address)
}
