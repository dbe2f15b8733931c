import { measureBulk } from '../bulk.ts'
import type { Scenario } from '../scenario.ts'
import { bulkPath, startBulkUpstream } from './bulk-upstream.ts'

const downloads = 50

export const bulk50: Scenario = {
  name: 'bulk50',
  title: `a file of 512 MiB over ${downloads} connections at once, against one`,
  metrics: [
    { name: `${downloads} together`, unit: 'MB/s' },
    { name: 'one', unit: 'MB/s' },
  ],
  needs: ['nginx'],
  startUpstream: startBulkUpstream,
  async measure(target, seconds, _children, signal) {
    return [
      await measureBulk(target, seconds, signal, { path: bulkPath, downloads }),
      await measureBulk(target, seconds, signal, { path: bulkPath }),
    ]
  },
}
