import { processSurroundings, runCli } from '@tunnel/cli'

// `tunnel http 80 | head -1`: output that nobody reads any more must not end the tunnel.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {})

const code = await runCli(processSurroundings(process))
// What was printed leaves first; then the end, since connections to a local service would keep the process.
process.stdout.write('', () => process.exit(code))
