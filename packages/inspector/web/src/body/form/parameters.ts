export type Parameter = readonly [name: string, value: string]

/** What is shown of a form or a query at most. */
export const MAX_PARAMETERS = 5_000

/** `a=1&b=x+y` as pairs. What is no valid percent-encoding stays as it is written. */
export function urlEncodedParameters(text: string): Parameter[] {
  if (text === '') return []
  return text
    .split('&', MAX_PARAMETERS)
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=')
      return equals === -1 ? [decoded(part), ''] : [decoded(part.slice(0, equals)), decoded(part.slice(equals + 1))]
    })
}

/** The parameters of a path as it stands in a request line. */
export function queryParameters(path: string): Parameter[] {
  const question = path.indexOf('?')
  return question === -1 ? [] : urlEncodedParameters(path.slice(question + 1))
}

function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}
