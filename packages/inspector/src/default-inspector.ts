import { Inspector } from './inspector.ts'
import { serveInspector } from './server/serve-inspector.ts'

let shared: Promise<Inspector> | undefined

/** The inspector of this process, with its local API at 127.0.0.1:4040 or the next free port: what `inspect: true` means to `forward()`. */
export function defaultInspector(): Promise<Inspector> {
  shared ??= start()
  return shared
}

async function start(): Promise<Inspector> {
  const inspector = new Inspector()
  await serveInspector({ inspector })
  return inspector
}
