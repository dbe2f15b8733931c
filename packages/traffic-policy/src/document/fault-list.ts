import type { PolicyFault, PolicyFaultCode } from '../errors.ts'
import { type Path, pointerOf, type SourcePositions } from './source-position.ts'

export interface FaultPlace {
  /** A place within the text at the path. */
  readonly offset?: number
  /** The fault is in the name of this key of the map at the path. */
  readonly key?: string
}

/** What is wrong with a document so far, and what is only doubtful. */
export class FaultList {
  readonly faults: PolicyFault[] = []
  readonly warnings: PolicyFault[] = []
  readonly #positions: SourcePositions
  readonly #maxFaults: number

  constructor(positions: SourcePositions, maxFaults: number) {
    this.#positions = positions
    this.#maxFaults = maxFaults
  }

  add(code: PolicyFaultCode, path: Path, message: string, place: FaultPlace = {}): void {
    if (this.faults.length < this.#maxFaults) this.faults.push(this.#fault(code, path, message, place))
  }

  warn(code: PolicyFaultCode, path: Path, message: string): void {
    if (this.warnings.length < this.#maxFaults) this.warnings.push(this.#fault(code, path, message, {}))
  }

  #fault(code: PolicyFaultCode, path: Path, message: string, { offset, key }: FaultPlace): PolicyFault {
    const position = key === undefined ? this.#positions.of(path, offset) : this.#positions.ofKey(path, key)
    return { code, message, pointer: pointerOf(key === undefined ? path : [...path, key]), ...position }
  }
}
