import { expect, it } from 'vitest'
import { reservations } from './reservations.ts'

const A = 'cr_A'
const B = 'cr_B'

const faultOf = (value: unknown): string | undefined => reservations().safeParse(value).error?.issues[0]?.message

it.each([
  [`app.test=${A}`, [{ address: 'app.test', credentialId: A }]],
  [
    `App.test=${A}, *.b.test=${B}`,
    [
      { address: 'app.test', credentialId: A },
      { address: '*.b.test', credentialId: B },
    ],
  ],
  [[`a.test:20022=${A}`], [{ address: 'a.test:20022', credentialId: A }]],
  [[{ address: 'app.test', credential: A }], [{ address: 'app.test', credentialId: A }]],
  // Two machines of one pool, each with its authtoken.
  [
    [`app.test=${A}`, `app.test=${B}`],
    [
      { address: 'app.test', credentialId: A },
      { address: 'app.test', credentialId: B },
    ],
  ],
  [
    [`*.a.test=${A}`, `x.a.test=${A}`],
    [
      { address: '*.a.test', credentialId: A },
      { address: 'x.a.test', credentialId: A },
    ],
  ],
])('%j reserves %j', (value, expected) => {
  expect(reservations().parse(value)).toEqual(expected)
})

it.each([
  ['app.test', '"" is not the id of a credential'],
  ['app.test=laptop', '"laptop" is not the id of a credential'],
  [`https://app.test=${A}`, 'is not a name, *.name or host:port'],
  [`*.app.test:20022=${A}`, 'is not a name, *.name or host:port'],
  [`app.test:0=${A}`, 'is not a name, *.name or host:port'],
  [[`*.a.test=${A}`, `x.a.test=${B}`], '"x.a.test" is reserved for another credential by "*.a.test"'],
  [[`x.y.a.test=${B}`, `a.test=${A}`], '"x.y.a.test" is reserved for another credential by "a.test"'],
  [[`*.a.test=${B}`, `a.test=${A}`], '"*.a.test" is reserved for another credential by "a.test"'],
])('%j is refused: %s', (value, message) => {
  expect(faultOf(value)).toContain(message)
})
