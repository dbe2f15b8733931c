/** Median and spread of seven runs, in microseconds each. */
export function measure(name: string, times: number, run: () => void): void {
  for (let warm = 0; warm < times / 10; warm++) run()
  const results = Array.from({ length: 7 }, () => {
    const start = process.hrtime.bigint()
    for (let at = 0; at < times; at++) run()
    return Number(process.hrtime.bigint() - start) / times / 1000
  }).sort((one, other) => one - other)
  const [least, , , median, , , most] = results
  process.stdout.write(`${median!.toFixed(3).padStart(10)} µs (${least!.toFixed(3)} to ${most!.toFixed(3)})  ${name}\n`)
}
