import { fileURLToPath } from 'node:url'
import { measureBulk } from '../bulk.ts'
import type { Scenario } from '../scenario.ts'
import { measureUpload } from '../upload.ts'

const sink = fileURLToPath(new URL('../programs/sink-server.js', import.meta.url))

export const upload: Scenario = {
  name: 'upload',
  title: 'one upload, against one download, with an upstream in Node',
  metrics: [
    { name: 'upload', unit: 'MB/s' },
    { name: 'download', unit: 'MB/s' },
  ],
  needs: [],
  async startUpstream(port, children) {
    children.start([process.execPath, sink, String(port)])
  },
  async measure(target, seconds, _children, signal) {
    return [await measureUpload(target, seconds, signal), await measureBulk(target, seconds, signal)]
  },
}
