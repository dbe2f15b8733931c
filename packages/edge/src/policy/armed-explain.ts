import type { RequestHead } from '@tunnel/http'
import { EXPLAIN_FIELD } from '@tunnel/protocol'
import { type PolicyTrace, PolicyTraceRecorder } from '@tunnel/traffic-policy'
import { fieldOf } from '../http/field.ts'

export interface ArmedExplainOptions {
  /** What {@link EXPLAIN_FIELD} of the request has to say. @default nothing: the next request is it */
  token?: string | undefined
  ttlMs: number
  /** Called once: with the trace, or with nothing when no request came in time, or another one took its place. */
  onEnd(trace: PolicyTrace | undefined): void
}

/** Waits for one request of an endpoint, or for a connection that brings none, to record what its policy does with it. */
export class ArmedExplain {
  readonly #options: ArmedExplainOptions
  readonly #timer: NodeJS.Timeout
  #isOver = false

  constructor(options: ArmedExplainOptions) {
    this.#options = options
    this.#timer = setTimeout(() => this.#end(undefined), options.ttlMs).unref()
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Whether this is the request that was waited for. */
  matches({ headers }: RequestHead): boolean {
    const { token } = this.#options
    return !this.#isOver && (token === undefined || fieldOf(headers, EXPLAIN_FIELD) === token)
  }

  /** From here on no other request is. `done` is to be called when all is recorded. */
  begin(): { recorder: PolicyTraceRecorder; done(): void } {
    this.#isOver = true
    clearTimeout(this.#timer)
    const recorder = new PolicyTraceRecorder()
    let isDone = false
    return {
      recorder,
      done: () => {
        if (isDone) return
        isDone = true
        this.#options.onEnd(recorder.trace)
      },
    }
  }

  /** For the rules of a connection that begins now; `undefined` where no request is waited for any more. */
  connectionRecorder(): PolicyTraceRecorder | undefined {
    return this.#isOver ? undefined : new PolicyTraceRecorder()
  }

  /** A connection will bring no request to explain. Who waits for a certain one goes on waiting. */
  connectionOver(trace: PolicyTrace): void {
    if (this.#options.token === undefined) this.#end(trace)
  }

  cancel(): void {
    this.#end(undefined)
  }

  #end(trace: PolicyTrace | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#options.onEnd(trace)
  }
}
