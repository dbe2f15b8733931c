import type { Scenario } from '../scenario.ts'
import { runWrk } from '../wrk.ts'
import { smallBodyBytes, startSmallUpstream } from './small-upstream.ts'

const connections = 64

export const small: Scenario = {
  name: 'small',
  title: `${smallBodyBytes}-byte responses over ${connections} keep-alive connections`,
  metrics: [{ name: 'rate', unit: 'requests/s' }],
  isDefault: true,
  needs: ['wrk', 'nginx'],
  startUpstream: startSmallUpstream,
  async measure(target, seconds, children, signal) {
    return [(await runWrk(target, connections, seconds, children, signal)).requestsPerSecond]
  },
}
