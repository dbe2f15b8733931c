import { measureBulk } from '../bulk.ts'
import type { Scenario } from '../scenario.ts'
import { bulkPath, startBulkUpstream } from './bulk-upstream.ts'

export const bulk: Scenario = {
  name: 'bulk',
  title: 'a file of 512 MiB, downloaded over one connection',
  metrics: [{ name: 'rate', unit: 'MB/s' }],
  isDefault: true,
  needs: ['nginx'],
  startUpstream: startBulkUpstream,
  async measure(target, seconds, _children, signal) {
    return [await measureBulk(target, seconds, signal, { path: bulkPath })]
  },
}
