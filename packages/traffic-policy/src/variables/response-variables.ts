import { responseCookies } from './cookies.ts'
import type { ResponseFacts } from './facts.ts'
import { MessageVariables } from './message-variables.ts'

/** The response as rules see it. */
export class ResponseVariables extends MessageVariables {
  readonly facts: ResponseFacts

  constructor(facts: ResponseFacts) {
    super(facts.head.headers, responseCookies)
    this.facts = facts
  }

  get status(): number {
    return this.facts.head.status
  }
}
