import type { CaptureList } from '../../../src/contract.ts'
import { listCaptures } from '../api/captures.ts'

const PAGE = 1000
/** Small, so that there is something to see soon. */
const FIRST_PAGE = 100

/** Reads the list of captures to its end, newest first. Resolves to the ids of all of them. */
export async function readList(
  filter: string,
  signal: AbortSignal,
  onPage: (page: CaptureList, isFirst: boolean) => void,
): Promise<Set<string>> {
  const ids = new Set<string>()
  let before: string | undefined
  do {
    const isFirst = before === undefined
    const limit = isFirst ? FIRST_PAGE : PAGE
    const page = await listCaptures({ filter, limit, ...(before !== undefined && { before }) }, signal)
    for (const { id } of page.captures) ids.add(id)
    onPage(page, isFirst)
    before = page.next ?? undefined
  } while (before !== undefined)
  return ids
}
