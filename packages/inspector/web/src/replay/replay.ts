import type { ReplayRequest } from '../../../src/contract.ts'
import { replayCapture } from '../api/captures.ts'
import { attempt, notify } from '../app/notices.tsx'
import { navigate } from '../app/route.ts'

/** Sends a request again and turns to the last of the new exchanges. Resolves to whether the agent took it. */
export function replay(id: string, how: ReplayRequest): Promise<boolean> {
  return attempt('Replay failed', async () => {
    const { ids } = await replayCapture(id, how)
    const last = ids.at(-1)
    if (last !== undefined) navigate({ id: last, against: undefined }, 'push')
    notify('done', ids.length === 1 ? 'Replayed' : `Replayed ${ids.length} times`)
  })
}
