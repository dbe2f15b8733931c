import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { launchdPlan } from '../src/service/launchd-plan.ts'
import type { ServiceHost } from '../src/service/service-host.ts'
import type { ServiceSettings } from '../src/service/service-plan.ts'
import { systemdPlan } from '../src/service/systemd-plan.ts'
import { windowsArgument, windowsPlan } from '../src/service/windows-plan.ts'
import { createHome, run } from './run-command.ts'

const plain: ServiceSettings = { program: ['/usr/bin/node', '/opt/tunnel/tunnel.mjs'], configs: ['/etc/tunnel.yml'] }
const awkward: ServiceSettings = {
  program: ['/opt/My Node/$bin/node', '/opt/100% "tunnel"/tunnel.mjs'],
  configs: ["/etc/it's $HOME/a & b <c>.yml", '/etc/back\\slash.yml'],
}
const onWindows: ServiceSettings = {
  program: ['C:\\Program Files\\nodejs\\node.exe', 'C:\\Program Files\\tunnel\\tunnel.mjs'],
  configs: ['C:\\Users\\A & B\\tunnel.yml'],
}

describe('definitions', () => {
  it.each([
    ['systemd.service', systemdPlan, plain],
    ['systemd-awkward.service', systemdPlan, awkward],
    ['launchd.plist', launchdPlan, plain],
    ['launchd-awkward.plist', launchdPlan, awkward],
    ['windows-task.xml', windowsPlan, onWindows],
  ])('%s is as it was written down', async (file, plan, settings) => {
    await expect(plan.definition(settings)).toMatchFileSnapshot(`golden/${file}`)
  })

  it.each([
    ['C:\\plain\\path.yml', 'C:\\plain\\path.yml'],
    ['C:\\with space\\', '"C:\\with space\\\\"'],
    ['say "hi"', '"say \\"hi\\""'],
    ['a\\"b c', '"a\\\\\\"b c"'],
    ['', '""'],
  ])('Windows gets %j as %s', (argument, quoted) => {
    expect(windowsArgument(argument)).toBe(quoted)
  })
})

const FILE =
  'version: 3\nagent:\n  connect_url: edge.example:443\n  authtoken: secret\nendpoints:\n  - name: web\n    upstream:\n      url: 8080\n'

/** A machine whose files and commands are a list. */
class FakeHost implements ServiceHost {
  readonly program = ['/usr/bin/node', '/opt/tunnel/tunnel.mjs'] as const
  userId: number | undefined = 0
  readonly files = new Map<string, Buffer>([['/run/systemd/system', Buffer.alloc(0)]])
  readonly commands: string[] = []
  /** What a command answers; none: it worked. */
  answer: (command: string) => { code: number; output: string } | Error | undefined = () => undefined

  exists(path: string): boolean {
    return this.files.has(path)
  }

  write(path: string, content: Buffer): void {
    this.files.set(path, content)
  }

  remove(path: string): void {
    this.files.delete(path)
  }

  async run(command: readonly string[]): Promise<{ code: number; output: string }> {
    this.commands.push(command.join(' '))
    const answer = this.answer(command.join(' '))
    if (answer instanceof Error) throw answer
    return answer ?? { code: 0, output: '' }
  }
}

function configFile(text = FILE): { home: string; path: string } {
  const home = createHome()
  const path = join(home, 'my tunnel.yml')
  writeFileSync(path, text)
  return { home, path }
}

const unit = '/etc/systemd/system/tunnel.service'

async function install(serviceHost = new FakeHost(), text = FILE, platform: NodeJS.Platform = 'linux') {
  const { home, path } = configFile(text)
  const argv = ['service', 'install', '--config', path]
  return { ...(await run(argv, { home, env: {}, serviceHost, platform })), serviceHost, path }
}

describe('on Linux', () => {
  it('installs a unit for the file, enables it and says how to start it', async () => {
    const { exitCode, stdout, serviceHost, path } = await install()
    expect(stdout).toBe(`Service installed: ${unit}\nStart it with: tunnel service start\n`)
    expect(exitCode).toBe(0)
    expect(serviceHost.commands).toEqual(['systemctl daemon-reload', 'systemctl enable tunnel.service'])
    expect(serviceHost.files.get(unit)?.toString()).toContain(
      `ExecStart=/usr/bin/node /opt/tunnel/tunnel.mjs service run --config "${path}"\n`,
    )
  })

  it.each([
    ['start', 'systemctl start tunnel.service', 'Service started\n'],
    ['stop', 'systemctl stop tunnel.service', 'Service stopped\n'],
    ['restart', 'systemctl restart tunnel.service', 'Service restarted\n'],
  ])('%s', async (action, command, printed) => {
    const { serviceHost } = await install()
    const { stdout, exitCode } = await run(['service', action], { serviceHost })
    expect(stdout).toBe(printed)
    expect(exitCode).toBe(0)
    expect(serviceHost.commands.at(-1)).toBe(command)
  })

  it('shows what systemd says, and exits with 1 where it does not run', async () => {
    const { serviceHost } = await install()
    serviceHost.answer = () => ({ code: 0, output: 'tunnel.service - tunnel agent\n  Active: active (running)' })
    expect(await run(['service', 'status'], { serviceHost })).toMatchObject({
      exitCode: 0,
      stdout: 'tunnel.service - tunnel agent\n  Active: active (running)\n',
    })
    serviceHost.answer = () => ({ code: 3, output: '  Active: inactive (dead)' })
    expect(await run(['service', 'status'], { serviceHost })).toMatchObject({
      exitCode: 1,
      stderr: 'ERROR:  the service is not running; systemctl says so with 3\n',
    })
  })

  it('uninstalls also what does not run any more', async () => {
    const { serviceHost } = await install()
    serviceHost.answer = () => ({ code: 5, output: 'not loaded' })
    const { stdout, exitCode } = await run(['service', 'uninstall'], { serviceHost })
    expect(exitCode).toBe(0)
    expect(stdout).toBe(`Service uninstalled: ${unit}\n`)
    expect(serviceHost.files.has(unit)).toBe(false)
  })

  it.each(['install', 'uninstall'])('%s without rights says what to do, and touches nothing', async (action) => {
    const { serviceHost, path } = await install()
    const before = new Map(serviceHost.files)
    serviceHost.userId = 1000
    serviceHost.commands.length = 0
    const { exitCode, stderr } = await run(['service', action, '--config', path], { serviceHost, env: {} })
    expect(exitCode).toBe(1)
    expect(stderr).toBe(`ERROR:  permission denied: ${unit} cannot be changed. Run it as root: sudo tunnel service …\n`)
    expect(serviceHost.files).toEqual(before)
    expect(serviceHost.commands).toEqual([])
  })

  it('repeats what systemd complains of', async () => {
    const { serviceHost } = await install()
    serviceHost.answer = () => ({ code: 1, output: 'Access denied' })
    const { exitCode, stderr } = await run(['service', 'start'], { serviceHost })
    expect(exitCode).toBe(1)
    expect(stderr).toBe('ERROR:  systemctl start tunnel.service failed with 1: Access denied\n')
  })

  it('says so where a command is missing, or systemd', async () => {
    const { serviceHost } = await install()
    serviceHost.answer = () => Object.assign(new Error('spawn'), { code: 'ENOENT' })
    expect((await run(['service', 'start'], { serviceHost })).stderr).toBe(
      'ERROR:  systemctl of systemd cannot be run (ENOENT)\n',
    )
    serviceHost.files.delete('/run/systemd/system')
    expect((await run(['service', 'start'], { serviceHost })).stderr).toContain('there is no systemd here')
  })
})

it.each(['start', 'stop', 'restart', 'status', 'uninstall'])('%s needs an installed service', async (action) => {
  const { exitCode, stderr } = await run(['service', action], { serviceHost: new FakeHost() })
  expect(exitCode).toBe(1)
  expect(stderr).toBe(
    'ERROR:  the service is not installed; for example tunnel service install --config /etc/tunnel.yml\n',
  )
})

describe('install', () => {
  it('needs to be told the file', async () => {
    const { exitCode, stderr } = await run(['service', 'install'], { serviceHost: new FakeHost(), env: {} })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('install needs the file to run with')
  })

  it('refuses a file that is wrong', async () => {
    const { exitCode, stderr, serviceHost } = await install(new FakeHost(), 'version: 3\nagnet: {}\n')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('agnet')
    expect(serviceHost.files.has(unit)).toBe(false)
  })

  it('refuses a file that names no edge, since the environment is not the service’s', async () => {
    const { home, path } = configFile('version: 3\n')
    const serviceHost = new FakeHost()
    const env = { TUNNEL_CONNECT: 'tunnel://token@edge.example:443' }
    const { exitCode, stderr } = await run(['service', 'install', '--config', path], { home, env, serviceHost })
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`tunnel config add-server CONNECTION_STRING --config ${path}`)
    expect(serviceHost.files.has(unit)).toBe(false)
  })

  it('warns of a file that starts nothing', async () => {
    const { exitCode, stderr } = await install(
      new FakeHost(),
      'version: 3\nagent:\n  connect_url: edge.example:443\n  authtoken: secret\n',
    )
    expect(exitCode).toBe(0)
    expect(stderr).toBe('WARN:   the file defines no endpoints; the service will start none\n')
  })
})

it('on macOS and Windows asks their own tools', async () => {
  const mac = await install(new FakeHost(), FILE, 'darwin')
  expect(mac.serviceHost.commands).toEqual(['plutil -lint /Library/LaunchDaemons/tunnel.plist'])
  const windows = await install(new FakeHost(), FILE, 'win32')
  const task = windows.serviceHost.files.get('C:\\ProgramData\\tunnel\\service.xml')
  expect(task?.subarray(0, 2)).toEqual(Buffer.of(0xff, 0xfe))
  expect(windows.serviceHost.commands).toEqual([
    'schtasks /Create /TN tunnel /XML C:\\ProgramData\\tunnel\\service.xml /F',
  ])
})
