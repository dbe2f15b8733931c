import { constants } from 'node:http2'
import { flood, floods } from '../../harness/http2-floods.ts'
import { goAwayCode, openRawHttp2 } from '../../harness/raw-http2.ts'
import { until, within } from '../../harness/until.ts'
import { PATIENCE_MS, together } from './attackers.ts'
import { type Attack, expectAll } from './siege.ts'

/** What ends each flood. */
const limits: Record<keyof typeof floods, string> = {
  'requests that it resets at once': 'max_http2_resets',
  'header blocks that never end': 'CONTINUATION frames of one head',
  SETTINGS: 'max_http2_control_frames',
  PING: 'max_http2_control_frames',
  WINDOW_UPDATE: 'max_http2_control_frames',
  'empty DATA': 'max_http2_invalid_frames',
}

/** What an HTTP/2 connection can have the edge do for nothing. */
export const http2Attacks: readonly Attack[] = [
  ...Object.entries(floods).map(
    ([name, piece]): Attack => ({
      name: `4 HTTP/2 floods: ${name}`,
      run: async ({ lab: { secureUrl, edge } }) => {
        const visitors = await together(4, () => openRawHttp2(secureUrl, edge))
        await until(() => visitors.every(({ bytes }) => bytes.length > 0), 'the settings of the edge')
        const floodings = visitors.map((visitor) => flood(visitor, (index) => piece(index, secureUrl)))
        await within(Promise.all(floodings), 'the edge to have had enough', PATIENCE_MS)
        // Who goes on sending can lose the goodbye to the reset that follows it.
        const goodbyes = visitors.map(goAwayCode).filter((code) => code !== undefined)
        expectAll(goodbyes, constants.NGHTTP2_ENHANCE_YOUR_CALM)
        return `ENHANCE_YOUR_CALM by ${limits[name]}`
      },
    }),
  ),
]
