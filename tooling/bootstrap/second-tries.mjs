/** A reporter of vitest: names the tests that passed only when they were tried again, each a fault to be found. */
export default class SecondTries {
  onTestRunEnd(modules) {
    const names = modules.flatMap((module) =>
      [...module.children.allTests()]
        .filter((test) => test.diagnostic()?.flaky)
        .map((test) => `${module.relativeModuleId}: ${test.fullName}`),
    )
    if (names.length > 0) process.stdout.write(`passed at the second try only:\n${names.join('\n')}\n`)
  }
}
