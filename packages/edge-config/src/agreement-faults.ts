import { formatListenAddress, type ListenAddress } from '@tunnel/config-file'
import { type EdgeSettings, isLocalOnly } from './edge-settings.ts'
import type { SettingFault, SettingFaultCode, SettingOrigin } from './faults.ts'
import type { SettingKey, SettingValues } from './settings-schema.ts'

/** Settings that are sound one by one and do not go together. */
export const agreementFaults = (
  settings: EdgeSettings,
  values: Partial<SettingValues>,
  originOf: (key: SettingKey) => SettingOrigin,
): SettingFault[] => {
  const faults: SettingFault[] = []
  const report = (key: SettingKey, message: string, code: SettingFaultCode = 'ERR_SETTING_VALUE'): void => {
    faults.push({ code, origin: originOf(key), message })
  }
  const { httpAddr, httpsAddr } = settings
  if (values.tls_cert !== undefined && values.tls_key === undefined) {
    report('tls_cert', '`tls_cert` needs `tls_key`, which is not set', 'ERR_SETTING_MISSING')
  }
  if (values.tls_key !== undefined && values.tls_cert === undefined) {
    report('tls_key', '`tls_key` needs `tls_cert`, which is not set', 'ERR_SETTING_MISSING')
  }
  if (values.data === undefined && !isLocalOnly(settings.domains)) {
    report('domain', `with the domain ${settings.domains[0]}, \`data\` must be set too`, 'ERR_SETTING_MISSING')
  }
  if (!httpAddr && !httpsAddr) report('https_addr', '`http_addr` and `https_addr` are both off: nothing would arrive')
  if (httpAddr && httpsAddr && areSame(httpAddr, httpsAddr)) {
    report('https_addr', `\`http_addr\` and \`https_addr\` are both ${formatListenAddress(httpsAddr)}`)
  }
  return faults
}

const areSame = (one: ListenAddress, other: ListenAddress): boolean =>
  one.port !== 0 && formatListenAddress(one) === formatListenAddress(other)
