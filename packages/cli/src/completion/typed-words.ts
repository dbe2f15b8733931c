/** What stands before the cursor, and what is to be completed. */
export interface TypedWords {
  readonly before: readonly string[]
  /** The last word as far as it goes; may be empty. */
  readonly current: string
  /** What of `current` the shell keeps for itself and wants no more of. */
  readonly kept: string
}

/** bash takes `--flag=value` for three words; the other shells for one, as a program gets it. */
export function typedWords(words: readonly string[]): TypedWords {
  const joined: string[] = []
  let kept = ''
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string
    const flag = joined.at(-1)
    if (word === '=' && flag?.startsWith('--') && !flag.includes('=')) {
      const value = words[++index] ?? ''
      joined[joined.length - 1] = `${flag}=${value}`
      kept = index >= words.length - 1 ? `${flag}=` : ''
    } else joined.push(word)
  }
  return { before: joined.slice(0, -1), current: joined.at(-1) ?? '', kept }
}
