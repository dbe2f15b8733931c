import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Resident memory of a process, in megabytes. */
export function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

/** Objects that a process with `live-heap.mjs` held when it last collected, in megabytes. */
export function heapMegabytes(directory: string, pid: number): number {
  return Number(readFileSync(join(directory, String(pid)), 'utf8')) / 1024 / 1024
}

/** Files, sockets and pipes that a process has open. */
export function openHandles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

const ESTABLISHED = '01'

/** Connections that a process made to a port of loopback. */
export function connectionsTo(port: number, pid: number): number {
  const own = new Set(socketInodes(pid))
  const remotePort = port.toString(16).toUpperCase().padStart(4, '0')
  return readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , remote, state]) => state === ESTABLISHED && remote?.endsWith(`:${remotePort}`))
    .filter(([, , , , , , , , , inode]) => inode !== undefined && own.has(inode)).length
}

function socketInodes(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? []
    } catch {
      // Closed since it was listed.
      return []
    }
  })
}
