import { SERVICE_DESCRIPTION, SERVICE_NAME, type ServicePlan, serviceArguments } from './service-plan.ts'

const UNIT = `${SERVICE_NAME}.service`

/** Linux with systemd. @see systemd.service(5), systemd.syntax(7) */
export const systemdPlan: ServicePlan = {
  manager: 'systemd',
  path: `/etc/systemd/system/${UNIT}`,
  definition: (settings) => `[Unit]
Description=${SERVICE_DESCRIPTION}
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=simple
ExecStart=${execLine(serviceArguments(settings))}
Restart=always
RestartSec=5
Environment=NODE_ENV=production
LimitNOFILE=65536
SyslogIdentifier=${SERVICE_NAME}

[Install]
WantedBy=multi-user.target
`,
  commands: {
    install: [
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'enable', UNIT],
    ],
    uninstall: [
      ['systemctl', 'disable', '--now', UNIT],
      ['systemctl', 'daemon-reload'],
    ],
    start: [['systemctl', 'start', UNIT]],
    stop: [['systemctl', 'stop', UNIT]],
    restart: [['systemctl', 'restart', UNIT]],
    status: [['systemctl', 'status', '--no-pager', UNIT]],
  },
}

function execLine([program, ...rest]: readonly [string, ...string[]]): string {
  // Variables are expanded in arguments alone, `%` everywhere.
  return [quoted(program), ...rest.map((argument) => quoted(argument.replaceAll('$', '$$$$')))].join(' ')
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r', '"': '\\"', '\\': '\\\\' }

function quoted(argument: string): string {
  const text = argument.replace(/["\\\n\t\r]/g, (character) => escapes[character] as string).replaceAll('%', '%%')
  return /^[\w@+=:,./%-]+$/.test(text) ? text : `"${text}"`
}
