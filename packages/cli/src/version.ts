/** The version of the `tunnel` command. */
export const CLI_VERSION = '0.1.0'

export const versionText = `tunnel version ${CLI_VERSION}`
