import { Inspector } from './inspector.ts'
import { serveInspector } from './server/serve-inspector.ts'

/** An inspector that shows what it sees at `url`. */
export type DefaultInspector = Inspector & { readonly url: string }

let shared: Promise<DefaultInspector> | undefined

/** The inspector of this process, with its local API at 127.0.0.1:4040 or the next free port: what `inspect: true` means to `forward()`. */
export function defaultInspector(): Promise<DefaultInspector> {
  shared ??= start()
  return shared
}

async function start(): Promise<DefaultInspector> {
  const inspector = new Inspector()
  const { url } = await serveInspector({ inspector })
  return Object.assign(inspector, { url })
}
