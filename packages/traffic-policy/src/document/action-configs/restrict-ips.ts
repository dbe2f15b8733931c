import * as z from 'zod'
import { parseCidr } from '../../actions/ip-address.ts'
import { configLimits } from '../limits.ts'
import { defineAction } from './action-definition.ts'
import { enforce, list } from './common-fields.ts'
import { FieldFault } from './field-schemas.ts'

function assertCidr(text: string): void {
  if (parseCidr(text.trim()) === undefined)
    throw new FieldFault('ERR_TUNNEL_2217', `${JSON.stringify(text.slice(0, 64))} is not a CIDR`)
}

/** Reference §4.21 */
export const restrictIpsConfig = defineAction({
  type: 'restrict-ips',
  phases: ['on_tcp_connect', 'on_http_request', 'on_http_response'],
  schema: (fields) => {
    const cidrs = list(fields.text({ check: assertCidr }), { max: configLimits.maxCidrs }).default([])
    return z.strictObject({
      enforce,
      allow: cidrs,
      deny: cidrs,
      ip_policies: list(z.string().min(1), { max: 100 }).default([]),
    })
  },
})
