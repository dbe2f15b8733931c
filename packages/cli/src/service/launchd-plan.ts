import { SERVICE_NAME, type ServicePlan, serviceArguments } from './service-plan.ts'
import { xmlText } from './xml-text.ts'

const PATH = `/Library/LaunchDaemons/${SERVICE_NAME}.plist`
const TARGET = `system/${SERVICE_NAME}`

/** macOS. @see launchd.plist(5), launchctl(1) */
export const launchdPlan: ServicePlan = {
  manager: 'launchd',
  path: PATH,
  definition: (settings) => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${SERVICE_NAME}</string>
  <key>ProgramArguments</key>
  <array>
${serviceArguments(settings)
  .map((argument) => `    <string>${xmlText(argument)}</string>`)
  .join('\n')}
  </array>
  <key>EnvironmentVariables</key>
  <dict>
    <key>NODE_ENV</key>
    <string>production</string>
  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <true/>
  <key>ThrottleInterval</key>
  <integer>5</integer>
  <key>SoftResourceLimits</key>
  <dict>
    <key>NumberOfFiles</key>
    <integer>65536</integer>
  </dict>
  <key>StandardOutPath</key>
  <string>/var/log/${SERVICE_NAME}.log</string>
  <key>StandardErrorPath</key>
  <string>/var/log/${SERVICE_NAME}.log</string>
</dict>
</plist>
`,
  commands: {
    // It is loaded, and so started, at the next boot or by `start`.
    install: [['plutil', '-lint', PATH]],
    uninstall: [['launchctl', 'bootout', TARGET]],
    start: [['launchctl', 'bootstrap', 'system', PATH]],
    stop: [['launchctl', 'bootout', TARGET]],
    restart: [['launchctl', 'kickstart', '-k', TARGET]],
    status: [['launchctl', 'print', TARGET]],
  },
}
