import { realpath, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { sep } from 'node:path'
import { TunnelError } from '@tunnel/protocol'
import { sendFile } from './file-response.ts'
import { listDirectory } from './list-directory.ts'
import { notServed, type OpenDirectory, openContained } from './open-contained.ts'
import { listingPage } from './pages.ts'
import { directoryPath, type RequestPath, requestPath } from './request-path.ts'
import { sendPage, sendStatus } from './status-response.ts'

/** Served in place of a directory's listing; the first one that is there. */
const INDEX_NAMES = ['index.html', 'index.htm'] as const

/**
 * A server of the files in `directory` and below, and of nothing else; it listens nowhere. Names that begin with a dot are served like all others, as
 * by the server that the reference compares it with (agent.md §2.2).
 * Rejects with {@link TunnelError} 9034 for what is no directory, or cannot be read.
 */
export async function createFileServer(directory: string): Promise<Server> {
  const root = await rootOf(directory)
  return createServer((request, response) => {
    serve(root, request, response).catch((cause: unknown) => {
      // The visitor left, or a read failed in the middle: there is nobody, or no way, to tell.
      if (response.headersSent || response.destroyed) response.destroy()
      else sendStatus(request, response, 500, `The file cannot be read (${(cause as NodeJS.ErrnoException).code}).`)
    })
  })
}

async function rootOf(directory: string): Promise<string> {
  try {
    const root = await realpath(directory)
    if ((await stat(root)).isDirectory()) return root
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new TunnelError(9034, `directory ${directory} cannot be served: ${code}`, { cause })
  }
  throw new TunnelError(9034, `directory ${directory} cannot be served: it is not a directory`)
}

async function serve(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('X-Content-Type-Options', 'nosniff')
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD')
    return sendStatus(request, response, 405, 'Files can be read, and nothing else.')
  }
  const path = requestPath(request.url ?? '', sep)
  if (!path) return sendMissing(request, response)
  const found = await openContained(root, path.names)
  if (found.kind === 'directory') return serveDirectory(root, path, found, request, response)
  if (found.kind === 'forbidden') return sendForbidden(request, response)
  if (found.kind === 'missing') return sendMissing(request, response)
  if (!path.endsInSlash) return sendFile(request, response, path.names.at(-1) ?? '', found)
  await found.handle.close()
  sendMissing(request, response)
}

async function serveDirectory(
  root: string,
  path: RequestPath,
  directory: OpenDirectory,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!path.endsInSlash) {
    const query = /\?.*$/s.exec(request.url ?? '')?.[0] ?? ''
    response.setHeader('Location', directoryPath(path.names) + query)
    return sendStatus(request, response, 301, 'The directory is at the same address with a slash at its end.')
  }
  for (const index of INDEX_NAMES) {
    const found = await openContained(root, [...path.names, index])
    if (found.kind === 'file') return sendFile(request, response, index, found)
  }
  const listing = await list(directory)
  if (listing === 'forbidden') return sendForbidden(request, response)
  if (listing === 'missing') return sendMissing(request, response)
  const shown = `/${path.names.map((name) => `${name}/`).join('')}`
  sendPage(request, response, 200, listingPage(shown, listing.names, listing.isCut))
}

/** The names in a directory that is still where it was found: not behind a link that has taken its place. */
async function list({
  path,
}: OpenDirectory): Promise<Awaited<ReturnType<typeof listDirectory>> | 'missing' | 'forbidden'> {
  try {
    const listing = await listDirectory(path)
    return (await realpath(path)) === path ? listing : 'missing'
  } catch (cause) {
    return notServed(cause).kind
  }
}

function sendMissing(request: IncomingMessage, response: ServerResponse): void {
  sendStatus(request, response, 404, 'There is no such file here.')
}

function sendForbidden(request: IncomingMessage, response: ServerResponse): void {
  sendStatus(request, response, 403, 'The file is there, but it is not for reading.')
}
