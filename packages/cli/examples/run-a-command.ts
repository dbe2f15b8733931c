import { processSurroundings, runCli } from '@tunnel/cli'

// A program gives `processSurroundings(process)` as it is; here the arguments are ours.
const surroundings = { ...processSurroundings(process), argv: ['tcp'] }
const exitCode = await runCli({ ...surroundings, stderr: process.stdout })
process.stdout.write(`exit code ${exitCode}\n`)
