import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startNginx } from '../nginx.ts'
import type { Children } from '../process.ts'
import { smallLocation } from './small-upstream.ts'

/** Small enough to stay in the page cache, large enough that one answer takes a while. */
const bulkFileBytes = 512 * 1024 * 1024

export const bulkPath = '/bulk'

/** nginx with a file of 512 MiB at `/bulk`, and a small answer everywhere else. */
export async function startBulkUpstream(port: number, children: Children): Promise<void> {
  await writeBulkFile(children)
  await startNginx(
    children,
    `server {
    listen 127.0.0.1:${port};
    sendfile on;
    default_type text/plain;
    ${bulkLocation(children)}
    ${smallLocation}
  }`,
  )
}

export async function writeBulkFile({ dir }: Children): Promise<void> {
  await writeFile(join(dir, 'bulk'), Buffer.alloc(bulkFileBytes, 'tunnel'))
}

export const bulkLocation = ({ dir }: Children): string => `location = ${bulkPath} { root ${dir}; }`
