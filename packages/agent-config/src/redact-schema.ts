import * as z from 'zod'
import { optional, text } from './scalars.ts'

const names = () => z.array(text()).max(100)

/** What of captured exchanges is never kept. */
export const redactSchema = z.strictObject({
  headers: optional(names(), 'Headers and trailers whose values are replaced.'),
  query: optional(names(), 'Query parameters whose values are replaced.'),
  json: optional(names(), 'Members of JSON bodies: password, $.user.token or $.items[*].card.'),
  texts: optional(names(), 'Texts that are replaced wherever a body has them.'),
  patterns: optional(
    z.array(z.enum(['bearer', 'jwt', 'card', 'email', 'aws-key', 'private-key'])).max(6),
    'Known shapes that are replaced: bearer, jwt, card, email, aws-key, private-key.',
  ),
  expressions: optional(
    z
      .array(
        z.union([
          z.string().min(1).max(1024),
          z.strictObject({ pattern: z.string().min(1).max(1024), replacement: z.string().max(256).optional() }),
        ]),
      )
      .max(100),
    'Expressions of RE2 whose matches are replaced: a pattern, or pattern and replacement.',
  ),
})
