import { readFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import type { ParentProcess, Surroundings, Terminal } from './surroundings.ts'

const signals = ['SIGINT', 'SIGTERM'] as const

/** A running program as the command's surroundings. */
export function processSurroundings(process: NodeJS.Process): Surroundings {
  return {
    argv: process.argv.slice(2),
    env: process.env,
    platform: process.platform,
    homedir: accountHome(),
    stdout: process.stdout,
    stderr: process.stderr,
    onSignal: (listener) => {
      for (const signal of signals) process.on(signal, listener)
      return () => {
        for (const signal of signals) process.off(signal, listener)
      }
    },
    parent: parentOf(process),
    terminal: process.stdout.isTTY && isInForeground() ? terminalOf(process) : undefined,
  }
}

/** `tunnel http 80 &` must not draw over the shell, and would be stopped if it read keys. Only Linux says; elsewhere it is taken for granted. */
function isInForeground(): boolean {
  try {
    // pid (name) state ppid pgrp session tty_nr tpgid …; the name may hold spaces and parentheses.
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return fields[2] === fields[5]
  } catch {
    return true
  }
}

function terminalOf(process: NodeJS.Process): Terminal {
  return {
    readKeys: (listener) => readKeys(process, listener),
    onResize: (listener) => {
      process.stdout.on('resize', listener)
      return () => void process.stdout.off('resize', listener)
    },
    onExit: (listener) => {
      process.once('exit', listener)
      return () => void process.off('exit', listener)
    },
  }
}

/** In the background a terminal stops whoever reads from it; so does `npm start`, which gives no input at all. */
function readKeys({ stdin }: NodeJS.Process, listener: (keys: string) => void): () => void {
  if (!stdin.isTTY) return () => {}
  const onData = (chunk: Buffer): void => listener(chunk.toString('latin1'))
  stdin.setRawMode(true)
  stdin.on('data', onData)
  // A terminal that is gone.
  const onError = (): void => {}
  stdin.on('error', onError)
  // Waiting for keys is no reason to stay.
  stdin.unref()
  return () => {
    stdin.off('data', onData)
    stdin.pause()
    stdin.setRawMode(false)
  }
}

/** In a container the user may have no account. */
function accountHome(): string {
  try {
    return userInfo().homedir
  } catch {
    return homedir()
  }
}

/** Without an IPC channel from the outset there is no `send`; after the parent left, `connected` is false. */
function parentOf(process: NodeJS.Process): ParentProcess | undefined {
  if (!process.send) return undefined
  return {
    send: (message) => {
      if (process.connected) process.send?.(message)
    },
    onDisconnect: (listener) => {
      if (process.connected) process.once('disconnect', listener)
      else listener()
    },
  }
}
