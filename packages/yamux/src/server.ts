import type { Config } from './config.ts'
import { Session } from './session.ts'
import type { Stream } from './stream.ts'

/** The side whose streams have even ids. By custom the one that was connected to. */
export class Server extends Session {
  /** `onStream` wins over the one in `config`. */
  constructor(onStream?: (stream: Stream) => void, config?: Config) {
    super('server', config, onStream ?? config?.onStream)
  }
}
