import { spawn } from 'node:child_process'
import { CliError } from '../cli-error.ts'
import type { Surroundings } from '../surroundings.ts'

/**
 * Opens a file in the user's editor (`$VISUAL`, `$EDITOR`, else nano or Notepad) and waits until it is closed.
 * The variables may hold flags, as `code --wait`. Throws `ERR_CLI_NOT_SAVED` where the editor fails.
 */
export async function runEditor(path: string, { env, platform, onSignal }: Surroundings): Promise<void> {
  const editor = editorOf({ env, platform })
  // Ctrl+C is for the editor.
  const listenAgain = onSignal(() => {})
  const code = await exitCodeOf(editorCommand(editor, path, platform), env).finally(listenAgain)
  if (code === 0) return
  const advice = code === 127 ? ' could not be started: set EDITOR to the one you use' : ` ended with code ${code}`
  throw new CliError('ERR_CLI_NOT_SAVED', `the editor ${JSON.stringify(editor)}${advice}; nothing was saved`)
}

export function editorOf({ env, platform }: Pick<Surroundings, 'env' | 'platform'>): string {
  return env.VISUAL || env.EDITOR || (platform === 'win32' ? 'notepad' : 'nano')
}

interface EditorCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly shell: boolean
}

/** The editor's words are for a shell to take apart; the path never is, but where quotes are all there is to hold it. */
export function editorCommand(editor: string, path: string, platform: NodeJS.Platform): EditorCommand {
  if (platform === 'win32') return { program: `${editor} "${path}"`, args: [], shell: true }
  return { program: '/bin/sh', args: ['-c', `${editor} "$1"`, 'sh', path], shell: false }
}

function exitCodeOf({ program, args, shell }: EditorCommand, env: Surroundings['env']): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env: { ...env }, shell })
    child.once('error', reject)
    child.once('exit', resolve)
  })
}
