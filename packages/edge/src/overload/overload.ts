import type { Socket } from 'node:net'
import type { OverloadStage } from './overload-stage.ts'
import { noneRefused } from './refused-counts.ts'
import { TurnedAway } from './turned-away.ts'

/** From which stage on requests of a connection are refused that was let in. */
const LET_IN = 3

/** Requests of a connection that was not are refused whatever the stage is now. */
const TURNED_AWAY = 0

/** How overloaded the edge is, as those see it who take connections and requests. */
export class Overload {
  /** A plain field: it is looked at with every request. */
  stage: OverloadStage = 0
  readonly refused = noneRefused()
  readonly turnedAway = new TurnedAway()

  /** Connections for further requests are kept, and so are streams to upstreams. */
  get keepsConnections(): boolean {
    return this.stage === 0
  }

  get takesConnections(): boolean {
    return this.stage < 2
  }

  /** The stage from which on requests of a visitor connection are refused. */
  refusesFrom(socket: Socket): number {
    return this.turnedAway.has(socket) ? TURNED_AWAY : LET_IN
  }

  /** A request was refused. Those of a connection that was turned away are counted with it. */
  onRequestRefused(refusesFrom: number): void {
    if (refusesFrom === LET_IN) this.refused.requests++
  }
}
