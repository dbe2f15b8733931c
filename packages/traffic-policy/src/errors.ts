/** What can be wrong with a document. Reference §1.8 */
export const policyFaultCodes = {
  ERR_TUNNEL_2200: 'an expression does not parse or type-check',
  ERR_TUNNEL_2201: 'an action type is not known, or not supported yet',
  ERR_TUNNEL_2202: 'an action does not run in its phase',
  ERR_TUNNEL_2203: 'a configuration cannot be decoded: a wrong type or an unknown field',
  ERR_TUNNEL_2204: 'a field of a configuration has an invalid value',
  ERR_TUNNEL_2205: 'an action does not run on the protocol',
  ERR_TUNNEL_2206: 'a policy or rule has no action',
  ERR_TUNNEL_2207: 'an action comes after one that always ends the phase',
  ERR_TUNNEL_2208: 'a header name is too long',
  ERR_TUNNEL_2209: 'a header value is too long',
  ERR_TUNNEL_2210: 'a header name is not a token',
  ERR_TUNNEL_2211: 'a header value has a control character',
  ERR_TUNNEL_2212: 'too many headers',
  ERR_TUNNEL_2214: 'a compression algorithm is not known',
  ERR_TUNNEL_2215: 'a number is outside its range',
  ERR_TUNNEL_2216: 'an IP policy is not known',
  ERR_TUNNEL_2217: 'a text is not a CIDR',
  ERR_TUNNEL_2218: 'a list has too many entries',
  ERR_TUNNEL_2219: 'a field is not the policy’s to set',
  ERR_TUNNEL_2221: 'a value is too long',
  ERR_TUNNEL_2222: 'a value is not one of those that are allowed',
  ERR_TUNNEL_2223: 'a value is empty',
  ERR_TUNNEL_2224: 'an interpolation in a field does not compile',
  ERR_TUNNEL_2225: 'a duration is too long',
  ERR_TUNNEL_2226: 'a value is not a URL',
  ERR_TUNNEL_2228: 'a value cannot be parsed',
  ERR_TUNNEL_2229: 'a protocol is not known',
  ERR_TUNNEL_2230: 'a phase does not exist on the protocol',
  ERR_TUNNEL_2231: 'a list has a value twice',
  ERR_TUNNEL_2232: 'something that the policy names is not there',
  ERR_TUNNEL_2234: 'a required field is missing',
  ERR_TUNNEL_2235: 'the policy of a cloud endpoint does not surely handle traffic',
  ERR_TUNNEL_2236: 'the document cannot be parsed',
  ERR_TUNNEL_2237: 'a value is too short',
  ERR_TUNNEL_2239: 'more than one login, without an auth_id each',
  ERR_TUNNEL_2240: 'a field is required because of another one',
  ERR_TUNNEL_2244: 'too many query parameters',
  ERR_TUNNEL_2245: 'the key of a query parameter is too long',
  ERR_TUNNEL_2246: 'the value of a query parameter is too long',
  ERR_TUNNEL_2250: 'nested variables are too deep',
  ERR_TUNNEL_2252: 'vars is not a list of maps with one entry',
  ERR_TUNNEL_2255: 'too many elements in one action',
  ERR_TUNNEL_2257: 'a user name is not one of RFC 7617',
  ERR_TUNNEL_2258: 'a password is not one of RFC 7617',
  ERR_TUNNEL_2261: 'a field is not a regular expression',
  ERR_TUNNEL_2262: 'on_tcp_connect on an internal http or https endpoint',
  ERR_TUNNEL_2264: 'too many rules',
  ERR_TUNNEL_2265: 'too many expressions or actions in a rule',
  ERR_TUNNEL_2266: 'more than one ai-gateway action',
} as const

export type PolicyFaultCode = keyof typeof policyFaultCodes

/** One thing that is wrong with a document, and where. */
export interface PolicyFault {
  readonly code: PolicyFaultCode
  /** Lower case, without the place; holds no secret. */
  readonly message: string
  /** JSON pointer of the value, as `/on_http_request/0/expressions/1`. */
  readonly pointer: string
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number
}
