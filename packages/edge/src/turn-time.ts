import { atTurnEnd } from '@tunnel/socket-buffers'

let atMs = Number.NaN

/** `performance.now()`, read once in each turn of the event loop: for what is written down with every request. */
export function turnTimeMs(): number {
  if (Number.isNaN(atMs)) {
    atMs = performance.now()
    atTurnEnd(forget)
  }
  return atMs
}

function forget(): void {
  atMs = Number.NaN
}
