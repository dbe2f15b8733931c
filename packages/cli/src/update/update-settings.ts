import type { Surroundings } from '../surroundings.ts'

/** Where to ask, and whether somebody turned asking off. */
export interface UpdateSettings {
  /** `undefined`: nobody named one. */
  readonly url: string | undefined
  readonly isOff: boolean
}

/** What `TUNNEL_UPDATE_URL` says: a URL, or `false` for never asking anybody. */
export function updateSettings({ env }: Pick<Surroundings, 'env'>): UpdateSettings {
  const text = env.TUNNEL_UPDATE_URL?.trim()
  const isOff = /^(?:false|off|no|0)$/i.test(text ?? '')
  return { url: text && !isOff ? text : undefined, isOff }
}
