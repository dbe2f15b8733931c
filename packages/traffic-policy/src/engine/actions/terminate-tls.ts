import { normalizeTerminateTls } from '../../actions/terminate-tls.ts'
import { type Prepare, render } from '../phase-run.ts'

export const terminateTlsAction: Prepare<'terminate-tls'> = (config) => (run) => {
  const { server_private_key: key, server_certificate: certificate } = config
  const { mutual_tls_verification_strategy: strategy, mutual_tls_certificate_authorities: authorities } = config
  const settings = normalizeTerminateTls(
    {
      minVersion: config.min_version,
      maxVersion: config.max_version,
      ...(key && { serverPrivateKey: render(run, key) }),
      ...(certificate && { serverCertificate: render(run, certificate) }),
      clientCertificateAuthorities: authorities.map((authority) => render(run, authority)),
      ...(strategy && { verificationStrategy: strategy }),
    },
    (id) => run.runtime.ports.certificateAuthority?.(id),
  )
  run.scope.variables.results.set('terminate_tls', { warnings: settings.warnings })
  return { kind: 'terminate-tls', settings }
}
