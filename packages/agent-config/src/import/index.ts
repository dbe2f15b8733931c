/**
 * What other programs' files become in ours. An entry of its own, since an agent that only reads its settings has no use for it.
 *
 * ```ts
 * const imported = importFrp(readConfigText('frpc.toml'), 'frpc.toml')
 * const { text, notCarried } = addImported('', imported, 'tunnel.yml')
 * ```
 */
export { type AddedImport, addImported } from './add-imported.ts'
export { importCloudflared } from './import-cloudflared.ts'
export { importFrp } from './import-frp.ts'
export { importNgrok } from './import-ngrok.ts'
export type { ImportedConfig, NotCarried, WrittenEndpoint } from './imported-config.ts'
