// Loaded into the programs of the soak: collects garbage each second and writes down what is left, so that growth is
// what is held and not when V8 felt like collecting.
import { renameSync, writeFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const file = `${process.env.SOAK_LIVE_DIRECTORY}/${process.pid}`
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

function write() {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  writeFileSync(`${file}.new`, String(heapUsed + external))
  renameSync(`${file}.new`, file)
}

write()
setInterval(write, 1000).unref()
