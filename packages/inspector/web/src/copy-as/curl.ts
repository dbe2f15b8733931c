import { base64, type CopiedRequest, copiedHeaders, copiedMethod, textOf } from './request-text.ts'
import { multiline, printableUrl, shellWord } from './shell-word.ts'

/** A command line of curl that sends this request again. A body that is no text travels as base64 through a pipe. */
export function curlText(request: CopiedRequest): string {
  const text = textOf(request.body)
  const words = [`curl ${options(request).join(' ')}`]
  for (const [name, value] of copiedHeaders(request)) {
    words.push(`-H ${shellWord(value === '' ? `${name};` : `${name}: ${value}`)}`)
  }
  if (request.body.length > 0) {
    // Without one, curl would say that the body is a form.
    if (!request.headers.some(([name]) => name.toLowerCase() === 'content-type')) words.push(`-H 'Content-Type:'`)
    words.push(text === undefined ? '--data-binary @-' : `--data-raw ${shellWord(text)}`)
  }
  const command = multiline(words)
  return text === undefined ? `printf %s '${base64(request.body)}' | base64 -d | \\\n${command}` : command
}

function options(request: CopiedRequest): string[] {
  const url = printableUrl(request.url)
  const method = copiedMethod(request)
  const options: string[] = []
  if (method === 'HEAD' && request.body.length === 0) options.push('--head')
  else if (method !== (request.body.length > 0 ? 'POST' : 'GET')) options.push('-X', shellWord(method))
  if (/[[\]{}]/.test(url)) options.push('--globoff')
  if (/\/\.\.?(?:[/?#]|$)/.test(url)) options.push('--path-as-is')
  return [...options, shellWord(url)]
}
