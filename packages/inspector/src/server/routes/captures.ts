import * as z from 'zod'
import type { CaptureSummary } from '../../contract/summary.ts'
import {
  captureChangeSchema,
  captureDetailSchema,
  captureIdSchema,
  captureListQuerySchema,
  captureListSchema,
  captureSummarySchema,
  clearedSchema,
  clearQuerySchema,
} from '../../contract.ts'
import { InspectorError } from '../../errors.ts'
import type { Filter } from '../../filter/filter.ts'
import { matchesFilter } from '../../filter/matches-filter.ts'
import { detailOf } from '../../view/detail.ts'
import { summaryOf } from '../../view/summary.ts'
import type { ApiContext } from '../api-context.ts'
import { filterFrom, isMatch } from '../find-captures.ts'
import { headerNames } from '../header-names.ts'
import type { TypedApp } from '../typed-app.ts'

export const captureParams = z.object({ id: captureIdSchema })

/** List, detail, pin, delete, clear. */
export function addCaptureRoutes(app: TypedApp, context: ApiContext): void {
  const { store } = context.inspector
  const tags = ['captures']

  app.get(
    '/api/captures',
    {
      schema: {
        tags,
        summary: 'List captures, newest first',
        querystring: captureListQuerySchema,
        response: { 200: captureListSchema },
      },
    },
    async ({ query: { filter: text, limit, before } }) => {
      const rows = listed(context, filterFrom(text))
      const start = before === undefined ? 0 : rows.findIndex(({ id }) => id < before)
      const page = start < 0 ? [] : rows.slice(start, start + limit)
      const isLast = start < 0 || start + limit >= rows.length
      return {
        uri: '/api/captures' as const,
        captures: page.map((row) => row.summary()),
        matched: rows.length,
        total: total(context),
        next: isLast ? null : (page.at(-1)?.id ?? null),
        headerNames: headerNames(store),
        usage: context.usage(),
      }
    },
  )

  app.delete(
    '/api/captures',
    { schema: { tags, summary: 'Delete captures', querystring: clearQuerySchema, response: { 200: clearedSchema } } },
    async ({ query: { filter: text, pinned } }) => {
      const filter = filterFrom(text)
      const rows = listed(context, filter)
      const kept = (row: Row) => !pinned && row.summary().pinned
      const gone = rows.filter((row) => !kept(row))
      for (const { id } of gone) {
        const capture = store.get(id)
        if (capture) store.delete(capture)
        else context.inspector.spool?.delete(id)
      }
      if (!filter && pinned) await context.inspector.spool?.clear()
      return { deleted: gone.length }
    },
  )

  app.get(
    '/api/captures/:id',
    { schema: { tags, summary: 'Show one capture', params: captureParams, response: { 200: captureDetailSchema } } },
    async ({ params: { id } }) => detailOf(await context.capture(id)),
  )

  app.patch(
    '/api/captures/:id',
    {
      schema: {
        tags,
        summary: 'Pin a capture, or write a note on it',
        params: captureParams,
        body: captureChangeSchema,
        response: { 200: captureSummarySchema },
      },
    },
    async ({ params: { id }, body: { pinned, note } }) => {
      const capture = context.liveCapture(id)
      if (pinned !== undefined && !store.pin(capture, pinned)) {
        const bound = Math.floor(store.limits.maxBytes / 2)
        throw new InspectorError(
          'ERR_INSPECTOR_PIN',
          `pinned captures would take more than ${bound} bytes, half of the memory`,
        )
      }
      if (note !== undefined) {
        capture.note = note
        store.changed(capture)
      }
      return summaryOf(capture)
    },
  )

  app.delete(
    '/api/captures/:id',
    { schema: { tags, summary: 'Delete one capture', params: captureParams } },
    async ({ params: { id } }, reply) => {
      await context.capture(id)
      const capture = store.get(id)
      if (capture) store.delete(capture)
      else context.inspector.spool?.delete(id)
      return reply.code(204).send()
    },
  )
}

interface Row {
  id: string
  summary(): CaptureSummary
}

/** Newest first: what is in memory, and what is only on disk. Of the latter no header and no body is looked at. */
function listed({ inspector: { store, spool } }: ApiContext, filter: Filter | undefined): Row[] {
  const rows: Row[] = store
    .newestFirst()
    .filter((capture) => isMatch(filter, capture))
    .map((capture) => ({ id: capture.id, summary: () => summaryOf(capture) }))
  const spooled = (spool?.summaries() ?? []).filter(
    (summary) => !store.get(summary.id) && (!filter || matchesFilter(filter, { summary })),
  )
  if (spooled.length === 0) return rows
  const both = [...rows, ...spooled.map((summary) => ({ id: summary.id, summary: () => summary }))]
  return both.sort((a, b) => (a.id < b.id ? 1 : -1))
}

function total({ inspector: { store, spool } }: ApiContext): number {
  const spooled = (spool?.summaries() ?? []).filter(({ id }) => !store.get(id))
  return store.size + spooled.length
}
