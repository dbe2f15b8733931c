import { type Document, isMap, isScalar } from 'yaml'
import { ConfigFileError } from './errors.ts'
import { formatPath } from './fault.ts'

/**
 * Sets the value at a path of keys, in a document that `editConfigFile` gives. A comment beside the old value stays.
 * Maps that are missing on the way are made, also where the key stands there with nothing after it (`agent:`).
 * Throws `ERR_CONFIG_INVALID` where something else than a map is in the way.
 */
export const setConfigValue = (document: Document, path: readonly [string, ...string[]], value: unknown): void => {
  for (let depth = 0; depth < path.length; depth++) {
    const above = path.slice(0, depth)
    const node = document.getIn(above, true)
    if (isMap(node) || node === undefined || node === null) continue
    if (!isScalar(node) || node.value !== null) {
      const place = above.length === 0 ? 'the file' : `\`${formatPath(above)}\``
      throw new ConfigFileError(
        'ERR_CONFIG_INVALID',
        `${place} is not a map of keys, so ${path.at(-1)} cannot be set in it`,
      )
    }
    document.setIn(above, document.createNode({}))
  }
  document.setIn(path, value)
}
