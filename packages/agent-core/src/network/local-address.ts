import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'

/**
 * The address of an interface, by its name, to leave by for a remote one: `false` where it has none of that family. An IP address
 * stands for itself. Throws where there is no such interface.
 */
export function localAddressOf(
  nameOrAddress: string,
  interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces(),
): (remote: string) => string | false {
  const addresses = isIP(nameOrAddress) ? [nameOrAddress] : interfaces[nameOrAddress]?.map(({ address }) => address)
  if (!addresses) throw new Error(`there is no network interface ${JSON.stringify(nameOrAddress.slice(0, 50))}`)
  return (remote) => addresses.find((address) => isIP(address) === isIP(remote)) ?? false
}
