/** Whether a browser sends this for one of our own pages. Programs send no `Origin`; a page that has none to tell is not ours. */
export function isSameOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true
  if (!URL.canParse(origin)) return false
  return new URL(origin).host === (host ?? '').toLowerCase()
}
