import { measureHttp2 } from '../h2load.ts'
import type { Scenario } from '../scenario.ts'
import { smallBodyBytes, startSmallUpstream } from './small-upstream.ts'

const connections = 16
const streams = 8

export const h2: Scenario = {
  name: 'h2',
  title: `${smallBodyBytes}-byte responses over ${connections} HTTP/2 connections, ${streams} requests at a time on each`,
  metrics: [{ name: 'rate', unit: 'requests/s' }],
  needs: ['h2load', 'nginx'],
  tls: true,
  startUpstream: startSmallUpstream,
  async measure(target, seconds, children, signal) {
    return [await measureHttp2(target, { connections, streams, seconds }, children, signal)]
  },
}
