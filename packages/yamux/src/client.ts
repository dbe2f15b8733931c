import type { Config } from './config.ts'
import { Session } from './session.ts'

/** The side whose streams have odd ids. By custom the one that connected. Takes the peer's streams as `Server` does. */
export class Client extends Session {
  constructor(config?: Config) {
    super('client', config)
  }
}
