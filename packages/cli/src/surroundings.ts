import type { Session, SessionOptions } from '@tunnel/agent-core'

export interface TextOutput {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  /** Width of the terminal. */
  readonly columns?: number | undefined
}

/** The process that started this one with an IPC channel. */
export interface ParentProcess {
  /** Gets `{ type: 'online', urls: string[] }` once. */
  send(message: OnlineMessage): void
  /** It is gone, or let go of us. Called at once where that has happened already. */
  onDisconnect(listener: () => void): void
}

export interface OnlineMessage {
  readonly type: 'online'
  readonly urls: readonly string[]
}

/** What the command touches of the world. */
export interface Surroundings {
  /** What follows the program's name. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  /** Of the operating system's account. */
  readonly homedir: string
  readonly stdout: TextOutput
  readonly stderr: TextOutput
  /** Calls `listener` at every SIGINT and SIGTERM until the function it returns is called. */
  onSignal(listener: (signal: string) => void): () => void
  readonly parent?: ParentProcess | undefined
  /** @default () => new Date() */
  readonly now?: (() => Date) | undefined
  /** @default `Session.connect` of `@tunnel/agent-core` */
  readonly connect?: ((options: SessionOptions, onCreated: (session: Session) => void) => Promise<Session>) | undefined
}
