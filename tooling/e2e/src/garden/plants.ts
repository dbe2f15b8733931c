import { existsSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { start } from '../harness/process.ts'
import { until } from '../harness/until.ts'
import { unusedPort } from '../harness/upstream.ts'

/** A server of the garden: it stands in front of the last reader, as a proxy that passes on what it understood. */
export interface Plant {
  readonly name: string
  readonly program: string
  /** Writes its configuration into `dir` and answers its arguments. */
  configure(dir: string, port: number, readerPort: number): readonly string[]
}

const written = (dir: string, name: string, content: string): string => {
  const path = join(dir, name)
  writeFileSync(path, content)
  return path
}

const nginx: Plant = {
  name: 'nginx',
  program: 'nginx',
  configure(dir, port, readerPort) {
    const path = written(
      dir,
      'nginx.conf',
      `daemon off; master_process off; pid ${dir}/pid; error_log ${dir}/error.log; events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${dir}/${kind};`).join(' ')}
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${readerPort};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
    }
  }
}
`,
    )
    return ['-e', join(dir, 'error.log'), '-p', dir, '-c', path]
  },
}

const modules = '/usr/lib/apache2/modules'
const apache: Plant = {
  name: 'apache',
  program: 'apache2',
  configure(dir, port, readerPort) {
    const load = (name: string): string => {
      const path = `${modules}/mod_${name}.so`
      return existsSync(path) ? `LoadModule ${name}_module ${path}` : ''
    }
    const path = written(
      dir,
      'apache.conf',
      `ServerRoot ${dir}
ServerName garden.test
PidFile ${dir}/pid
ErrorLog ${dir}/error.log
Mutex posixsem
Listen 127.0.0.1:${port}
${['mpm_event', 'authz_core', 'proxy', 'proxy_http'].map(load).join('\n')}
MergeSlashes Off
AllowEncodedSlashes NoDecode
TraceEnable On
ProxyPreserveHost On
ProxyPass / http://127.0.0.1:${readerPort}/ nocanon
`,
    )
    return ['-X', '-f', path]
  },
}

const haproxy: Plant = {
  name: 'haproxy',
  program: 'haproxy',
  configure(dir, port, readerPort) {
    const path = written(
      dir,
      'haproxy.cfg',
      `defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend garden
  bind 127.0.0.1:${port}
  default_backend reader
backend reader
  server reader 127.0.0.1:${readerPort}
`,
    )
    return ['-db', '-f', path]
  },
}

const caddy: Plant = {
  name: 'caddy',
  program: 'caddy',
  configure(dir, port, readerPort) {
    const path = written(
      dir,
      'Caddyfile',
      `{
  admin off
  auto_https off
  storage file_system ${dir}
}
http://:${port} {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:${readerPort}
}
`,
    )
    return ['run', '--adapter', 'caddyfile', '--config', path]
  },
}

const lighttpd: Plant = {
  name: 'lighttpd',
  program: 'lighttpd',
  configure(dir, port, readerPort) {
    const path = written(
      dir,
      'lighttpd.conf',
      `server.document-root = "${dir}"
server.bind = "127.0.0.1"
server.port = ${port}
server.errorlog = "${dir}/error.log"
server.modules = ("mod_proxy")
proxy.server = ("" => (("host" => "127.0.0.1", "port" => ${readerPort})))
`,
    )
    return ['-D', '-f', path]
  },
}

export const plants: readonly Plant[] = [nginx, apache, haproxy, caddy, lighttpd]

/** Resolves to the port that it listens on. */
export async function startPlant(plant: Plant, path: string, dir: string, readerPort: number): Promise<number> {
  const port = await unusedPort()
  const child = start(path, plant.configure(dir, port, readerPort), { env: { ...process.env, HOME: dir } })
  child.stdout?.resume()
  const complaint = text(child.stderr as NodeJS.ReadableStream)
  let isListening = false
  const probe = (): boolean => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      isListening = true
      socket.destroy()
    })
    socket.on('error', () => {})
    return isListening
  }
  await until(probe, `${plant.name} to listen`).catch(async (error: Error) => {
    child.kill('SIGKILL')
    throw new Error(`${error.message}: ${(await complaint).slice(-500)}`)
  })
  return port
}
