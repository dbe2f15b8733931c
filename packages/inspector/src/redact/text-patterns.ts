/** Shapes of secrets that are known by name. */
export type TextPattern = 'bearer' | 'jwt' | 'card' | 'email' | 'aws-key' | 'private-key'

/**
 * No pattern can backtrack far: repetitions are bounded, or end where the next character cannot be repeated.
 * Numbers that only look like cards are replaced too: hiding one too many is no harm.
 */
export const textPatterns: Readonly<Record<TextPattern, RegExp>> = {
  bearer: /\bBearer [\w.~+/-]{8,4096}=*/g,
  jwt: /\beyJ[\w-]{8,4096}\.[\w-]{2,8192}\.[\w-]{0,2048}/g,
  card: /\b\d(?:[ -]?\d){12,18}\b/g,
  email: /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g,
  'aws-key': /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  'private-key': /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,16384}-----END [A-Z ]{0,40}PRIVATE KEY-----/g,
}
