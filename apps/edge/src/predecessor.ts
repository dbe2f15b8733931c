import { closeSync } from 'node:fs'
import type { Inheritance, ListenerRole } from '@tunnel/edge'
import type { EdgeSettings } from '@tunnel/edge-config'
import { FIRST_LISTENER_FD, PREDECESSOR_VARIABLE, type ToSuccessor } from './handover-messages.ts'

type Message<Type extends ToSuccessor['type']> = Extract<ToSuccessor, { type: Type }>

/** The edge that started this process to take its place, as this process sees it. */
export class Predecessor {
  readonly pid: number
  readonly #received = new Map<string, ToSuccessor>()
  #wake = (): void => {}

  private constructor(pid: number) {
    this.pid = pid
    process.on('message', (message: ToSuccessor) => {
      this.#received.set(message.type, message)
      this.#wake()
    })
    process.once('disconnect', () => this.#wake())
  }

  /** `undefined` for an edge that replaces nobody. */
  static find(): Predecessor | undefined {
    const pid = Number(process.env[PREDECESSOR_VARIABLE])
    // A successor of this process has another predecessor.
    delete process.env[PREDECESSOR_VARIABLE]
    return process.connected && Number.isSafeInteger(pid) && pid > 0 ? new Predecessor(pid) : undefined
  }

  /** Everything is prepared but the listeners. Resolves to them and to the names whose agents are about to come. */
  async takeOver(settings: EdgeSettings): Promise<Inheritance> {
    const { roles, settings: earlier } = await this.#next('listeners')
    process.send?.({ type: 'prepared' })
    const { names } = await this.#next('names')
    const listeners = new Map<ListenerRole, number>()
    roles.forEach((role, index) => {
      const fd = FIRST_LISTENER_FD + index
      const isWanted = names.endpoints.some(({ scheme, port }) => role === `${scheme}:${port}`)
      if (areSame(role, earlier, settings) && (isWanted || !role.startsWith('tcp:'))) listeners.set(role, fd)
      else closeSync(fd)
    })
    return { listeners, names }
  }

  /** Resolves when the predecessor has let go, which it says; or is gone, which `false` tells. */
  async letsGo(): Promise<boolean> {
    const wentInPeace = await this.#next('go').then(
      () => true,
      () => false,
    )
    if (process.connected) process.disconnect()
    return wentInPeace
  }

  async #next<Type extends ToSuccessor['type']>(type: Type): Promise<Message<Type>> {
    for (;;) {
      const message = this.#received.get(type)
      if (message) return message as Message<Type>
      if (!process.connected) throw new Error(`the edge ${this.pid} that this one was to replace is gone`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

function areSame(role: ListenerRole, earlier: Message<'listeners'>['settings'], now: EdgeSettings): boolean {
  const name = role === 'http' ? 'httpAddr' : role === 'https' ? 'httpsAddr' : 'tcpHost'
  return JSON.stringify(earlier[name]) === JSON.stringify(now[name])
}
