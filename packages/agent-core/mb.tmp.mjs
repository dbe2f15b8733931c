import { HttpTap } from './dist/inspection/http-tap.js'
import { TrafficStatistics } from './dist/statistics/traffic-statistics.js'
import { observeTogether } from './dist/statistics/observe-together.js'
import { Inspector } from '../inspector/dist/inspector.js'
const inspector = new Inspector()
const stats = new TrafficStatistics()
const insp = inspector.inspectEndpoint({ name:'x', protocol:'http', upstream:'http://localhost:80', request:{protocol:'http', upstream:{url:'x'}}, statistics: stats, send: async()=>{} })
insp.online({url:()=>'https://x', id:()=>'1', close: async()=>{}})
const req = Buffer.from('GET / HTTP/1.1\r\nHost: bench.localhost:8080\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: bench.localhost:8080\r\n\r\n')
const res = Buffer.from('HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Sat, 21 Nov 2026 15:54:25 GMT\r\nContent-Type: text/plain\r\nContent-Length: 150\r\nConnection: keep-alive\r\n\r\n' + 'x'.repeat(150))
function run(name, observe, n) {
  const taps = Array.from({length: 64}, () => new HttpTap(observe, () => {}))
  const t = performance.now()
  for (let i=0;i<n;i++) { const tap = taps[i & 63]; tap.fromVisitor(req); tap.fromUpstream(res) }
  const us = (performance.now()-t)*1000/n
  console.log(name, us.toFixed(2), 'us/exchange')
}
const N = 100000
if (!process.env.ONLY) { run('parse only', () => undefined, N); run('stats', stats.observe, N); run('recorder', insp.observe, N) }
for (let r=0;r<3;r++) run('both', observeTogether(stats.observe, insp.observe), N)
console.log(inspector.store.size, inspector.store.bytes, process.memoryUsage().heapUsed/1e6|0, 'MB')
