interface Version {
  readonly numbers: readonly number[]
  readonly prerelease: readonly string[]
}

/** Whether `one` goes before `other` in the order of Semantic Versioning (§11). What is no version is never newer. */
export function isNewer(one: string, other: string): boolean {
  const [left, right] = [parse(one), parse(other)]
  return left !== undefined && right !== undefined && compare(left, right) > 0
}

export const isVersion = (text: string): boolean => parse(text) !== undefined

function parse(text: string): Version | undefined {
  const match = /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z.-]{1,100}))?(?:\+[0-9A-Za-z.-]{1,100})?$/.exec(text)
  if (!match) return undefined
  return { numbers: match.slice(1, 4).map(Number), prerelease: match[4]?.split('.') ?? [] }
}

function compare(one: Version, other: Version): number {
  const index = one.numbers.findIndex((number, place) => number !== other.numbers[place])
  if (index >= 0) return (one.numbers[index] ?? 0) - (other.numbers[index] ?? 0)
  if (one.prerelease.length === 0 || other.prerelease.length === 0)
    return other.prerelease.length - one.prerelease.length
  return comparePrereleases(one.prerelease, other.prerelease)
}

function comparePrereleases(one: readonly string[], other: readonly string[]): number {
  for (const [index, part] of one.entries()) {
    const against = other[index]
    if (against === undefined) return 1
    if (part === against) continue
    const [isNumber, isOtherNumber] = [/^\d+$/.test(part), /^\d+$/.test(against)]
    if (isNumber && isOtherNumber) return Number(part) - Number(against)
    if (isNumber !== isOtherNumber) return isNumber ? -1 : 1
    return part < against ? -1 : 1
  }
  return one.length - other.length
}
