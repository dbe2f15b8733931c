import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openIpDatabases } from './ip-databases.ts'
import { ipFactsFrom } from './ip-facts.ts'

/** A value of the format's data section: maps, texts and numbers of 32 bits (MaxMind DB 2.0, "Data section"). */
function encoded(value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.concat([head(2, Buffer.byteLength(value)), Buffer.from(value)])
  if (typeof value === 'boolean') return head(14, value ? 1 : 0)
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return Buffer.concat([head(6, 4), bytes])
  }
  const members = Object.entries(value as object)
  return Buffer.concat([head(7, members.length), ...members.flatMap(([key, one]) => [encoded(key), encoded(one)])])
}

function head(type: number, size: number): Buffer {
  if (type > 7) return Buffer.of(size, type - 7)
  return size < 29 ? Buffer.of((type << 5) | size) : Buffer.of((type << 5) | 29, size - 29)
}

/** A file that knows one record, of all addresses whose first bit is 0. */
function fileOf(record: object): string {
  const directory = mkdtempSync(join(tmpdir(), 'mmdb-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  // One node: to the left the record, which begins behind the 16 bytes of separator; to the right nothing.
  const tree = Buffer.of(0, 0, 1 + 16, 0, 0, 1)
  const metadata = {
    node_count: 1,
    record_size: 24,
    ip_version: 4,
    database_type: 'test',
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 0,
  }
  const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')
  const path = join(directory, 'test.mmdb')
  writeFileSync(path, Buffer.concat([tree, Buffer.alloc(16), encoded(record), marker, encoded(metadata)]))
  return path
}

const place = (name: string, iso_code: string): object => ({ iso_code, names: { en: name } })

describe('databases of addresses', () => {
  test('tell together what each of them knows', async () => {
    const lookUp = await openIpDatabases([
      fileOf({ country: place('Netherlands', 'NL'), city: { names: { en: 'Delft' } } }),
      fileOf({
        country: place('Belgium', 'BE'),
        autonomous_system_number: 1103,
        autonomous_system_organization: 'SURF',
      }),
    ])
    expect(lookUp?.('100.0.0.1')).toEqual({
      as: { number: 1103, organization: 'SURF' },
      location: { country: 'Netherlands', countryCode: 'NL', city: 'Delft' },
      registeredLocation: {},
    })
    expect(lookUp?.('200.0.0.1')).toBeUndefined()
    expect(lookUp?.('2001:db8::1')).toBeUndefined()
    expect(lookUp?.('')).toBeUndefined()
  })

  test('are none without a file', async () => {
    expect(await openIpDatabases([])).toBeUndefined()
  })

  test.each([
    ['ERR_CONTROL_PLANE_DATA_UNUSABLE', () => '/nonexistent/file.mmdb'],
    ['ERR_CONTROL_PLANE_DATA_INVALID', () => import.meta.filename],
  ])('are refused with %s', async (code, path) => {
    await expect(openIpDatabases([path()])).rejects.toMatchObject({ code })
  })
})

test('a record of a city says all that variables have', () => {
  const facts = ipFactsFrom([
    {
      city: { names: { en: 'Delft' } },
      continent: { names: { en: 'Europe' } },
      country: { iso_code: 'NL', is_in_european_union: true, names: { en: 'Netherlands' } },
      registered_country: { iso_code: 'BE', names: { en: 'Belgium' } },
      subdivisions: [{ iso_code: 'ZH', names: { en: 'South Holland' } }],
      location: { latitude: 52.01, longitude: 4.36, accuracy_radius: 20, time_zone: 'Europe/Amsterdam' },
      postal: { code: '2611' },
    },
  ])
  expect(facts).toEqual({
    location: {
      city: 'Delft',
      continent: 'Europe',
      country: 'Netherlands',
      countryCode: 'NL',
      isEu: true,
      subdivision: 'South Holland',
      latitude: '52.01',
      longitude: '4.36',
      radius: '20',
      timezone: 'Europe/Amsterdam',
      postalCode: '2611',
    },
    registeredLocation: { country: 'Belgium', countryCode: 'BE' },
  })
})
