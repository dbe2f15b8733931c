import { formatSettingFaults, parseEdgeSettings } from '@tunnel/edge-config'

// A program gives `process.argv.slice(2)` and `process.env`, and leaves `readFile` out.
const parsed = parseEdgeSettings({
  argv: ['--config', 'edge.yml', '--htps-addr', ':8443'],
  env: { TUNNEL_EDGE_HEAD_TIMEOUT: '30' },
  readFile: () => 'domain: example.com\nmax_headers: 0\n',
})

if (parsed.ok) process.stdout.write(`${parsed.settings.domains[0]} on port ${parsed.settings.httpsAddr?.port}\n`)
else process.stdout.write(`${formatSettingFaults(parsed.faults)}\n`)
