import { SERVICE_DESCRIPTION, SERVICE_NAME, type ServicePlan, serviceArguments } from './service-plan.ts'
import { xmlText } from './xml-text.ts'

const DIRECTORY = 'C:\\ProgramData\\tunnel'
const PATH = `${DIRECTORY}\\service.xml`
const LOG = `${DIRECTORY}\\agent.log`

/**
 * Windows: a task that starts with the machine, as SYSTEM, and again a minute after it failed. Windows' own services have to answer its service
 * manager in a protocol that Node has no word of; a task needs no other program.
 *
 * @see https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-schema
 */
export const windowsPlan: ServicePlan = {
  manager: 'Task Scheduler',
  path: PATH,
  encoding: 'utf16le',
  definition: (settings) => {
    const [program, ...rest] = serviceArguments(settings)
    // A task's output goes nowhere: without `log` in the file it has one here.
    const args = [...rest, '--default-log', LOG].map(windowsArgument).join(' ')
    return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>${SERVICE_DESCRIPTION}</Description>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger>
      <Enabled>true</Enabled>
    </BootTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>S-1-5-18</UserId>
      <RunLevel>HighestAvailable</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>999</Count>
    </RestartOnFailure>
    <Enabled>true</Enabled>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${xmlText(program)}</Command>
      <Arguments>${xmlText(args)}</Arguments>
    </Exec>
  </Actions>
</Task>
`
  },
  commands: {
    install: [['schtasks', '/Create', '/TN', SERVICE_NAME, '/XML', PATH, '/F']],
    uninstall: [
      ['schtasks', '/End', '/TN', SERVICE_NAME],
      ['schtasks', '/Delete', '/TN', SERVICE_NAME, '/F'],
    ],
    start: [['schtasks', '/Run', '/TN', SERVICE_NAME]],
    stop: [['schtasks', '/End', '/TN', SERVICE_NAME]],
    restart: [
      ['schtasks', '/End', '/TN', SERVICE_NAME],
      ['schtasks', '/Run', '/TN', SERVICE_NAME],
    ],
    status: [['schtasks', '/Query', '/TN', SERVICE_NAME, '/V', '/FO', 'LIST']],
  },
}

/**
 * As programs on Windows take a command line apart: backslashes count only before a quote.
 *
 * @see https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments
 */
export function windowsArgument(argument: string): string {
  if (/^[^\s"]+$/.test(argument)) return argument
  return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`
}
