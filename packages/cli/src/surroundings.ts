import type { Session, SessionOptions } from '@tunnel/agent-core'
import type { ServedInspector, ServeInspectorOptions } from '@tunnel/inspector'
import type { ServiceHost } from './service/service-host.ts'

export interface TextOutput {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  /** Size of the terminal. */
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

/** What a full screen needs of a terminal beside its output. Each function returns one that undoes it. */
export interface Terminal {
  /** Single keys, unechoed; Ctrl+C is one of them. Where nobody can type there are none. */
  readKeys(listener: (keys: string) => void): () => void
  onResize(listener: () => void): () => void
  /** The process ends, whatever the reason; `listener` can only write. */
  onExit(listener: () => void): () => void
}

/** The process that started this one with an IPC channel. */
export interface ParentProcess {
  /** Gets an {@link OnlineMessage} once. */
  send(message: OnlineMessage): void
  /** It is gone, or let go of us. Called at once where that has happened already. */
  onDisconnect(listener: () => void): void
}

export interface OnlineMessage {
  readonly type: 'online'
  readonly urls: readonly string[]
  readonly forwardings: readonly { readonly url: string; readonly upstream: string }[]
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
  /** Where stdout is one. */
  readonly terminal?: Terminal | undefined
  /** @default this machine */
  readonly serviceHost?: ServiceHost | undefined
  /** @default () => new Date() */
  readonly now?: (() => Date) | undefined
  /** @default `Session.connect` of `@tunnel/agent-core` */
  readonly connect?: ((options: SessionOptions, onCreated: (session: Session) => void) => Promise<Session>) | undefined
  /** `false`: there is no web interface. @default `serveInspector` of `@tunnel/inspector` */
  readonly serveInspector?: ((options: ServeInspectorOptions) => Promise<ServedInspector>) | false | undefined
}
