import '../harness/dangling.ts'
import { describe, expect, test } from 'vitest'
import { hasPostgres, runSql, startPostgres } from '../harness/postgres.ts'
import { startAgentProgram, startEdgeProgram, stop } from '../harness/programs.ts'

describe.skipIf(!hasPostgres)(
  'tunnel tcp, to PostgreSQL (needs initdb, postgres and psql; as root its user as well)',
  () => {
    test('psql works at the public address: queries, errors, a large result and a large upload', async () => {
      const edge = await startEdgeProgram()
      const { port } = await startPostgres()
      const agent = await startAgentProgram(edge.connectionString, ['tcp', String(port)])
      const { protocol, port: publicPort } = new URL(agent.urls[0] as string)
      expect(protocol).toBe('tcp:')
      const sql = (text: string) => runSql(Number(publicPort), text)

      expect(await sql('select 6 * 7, current_user, inet_server_port();')).toBe(`42|visitor|${port}\n`)
      await expect(sql('select * from nowhere;')).rejects.toThrow('relation "nowhere" does not exist')
      // Three megabytes towards the visitor, then as many from there by COPY.
      expect(await sql("select repeat('tunnel', 500000);")).toBe(`${'tunnel'.repeat(500_000)}\n`)
      const rows = Array.from({ length: 100_000 }, (_, index) => `${index}\tvisitor number ${index}\n`).join('')
      const count = 'select count(*), sum(id), count(distinct name) from visitors;'
      expect(
        await sql(`create table visitors (id int, name text);\ncopy visitors from stdin;\n${rows}\\.\n${count}\n`),
      ).toBe('100000|4999950000|100000\n')
      expect((await sql('select id, name from visitors order by id;')).length).toBe(rows.length)

      await stop(agent.child)
      await stop(edge.child)
    })
  },
)
