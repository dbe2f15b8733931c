/** No line of help is wider, unless the command of an example is. */
export const HELP_WIDTH = 80

/** Spaces between a command and what it does. */
const GAP = 4

/**
 * Examples under their heading. In each, two spaces or more part the command from what it does; that stands in a column of its own, or below
 * the command where it would not fit beside any.
 */
export function examplesText(examples: readonly string[]): string {
  const rows = examples.map((example) => example.split(/ {2,}/) as [string, string?])
  const commandWidth = Math.max(...rows.map(([command, about]) => (about === undefined ? 0 : command.length)))
  const fits = rows.every(([, about = '']) => 2 + commandWidth + GAP + about.length <= HELP_WIDTH)
  const lines = rows.map(([command, about]) => {
    if (about === undefined) return `  ${command}`
    return fits ? `  ${command.padEnd(commandWidth + GAP)}${about}` : `  ${command}\n      ${about}`
  })
  return `\nExamples:\n${lines.join('\n')}`
}
