import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Children, Command } from './process.ts'

/** Starts nginx with one worker and nothing of the system's configuration; `http` goes into its `http` block. */
export async function startNginx(
  children: Children,
  http: string,
  { isFront = false }: { readonly isFront?: boolean } = {},
): Promise<void> {
  const { dir } = children
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  await writeFile(
    join(dir, 'nginx.conf'),
    `daemon off;
worker_processes 1;
pid ${dir}/nginx.pid;
error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  ${temporary.map((name) => `${name}_temp_path ${dir}/${name};`).join('\n  ')}
  ${http}
}
`,
  )
  // -e: without it nginx opens its compiled-in error log before it has read where ours is.
  const command: Command = ['nginx', '-e', 'stderr', '-p', dir, '-c', join(dir, 'nginx.conf')]
  if (isFront) children.startFront(command)
  else children.start(command)
}
