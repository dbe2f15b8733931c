// Loaded into the programs of the soak: collects garbage each second and writes down what is left, so that growth is
// what is held and not when V8 felt like collecting. Bytes on their way lie outside the heap and are not counted.
import { renameSync, writeFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const file = `${process.env.SOAK_LIVE_DIRECTORY}/${process.pid}`
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

function write() {
  collect()
  writeFileSync(`${file}.new`, String(process.memoryUsage().heapUsed))
  renameSync(`${file}.new`, file)
}

write()
setInterval(write, 1000).unref()
