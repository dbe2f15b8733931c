import type { Session } from '../session/session.ts'
import { AddressedListenerBuilder } from './addressed-listener-builder.ts'

/** Of `session.httpEndpoint()`. */
export class HttpListenerBuilder extends AddressedListenerBuilder {
  /** @internal */
  constructor(session: Session) {
    super(session, { proto: 'http' })
  }

  /** `HTTP` or `HTTPS`. @default `HTTPS` */
  scheme(scheme: string): this {
    return this.with({ schemes: scheme })
  }

  domain(domain: string): this {
    return this.with({ domain })
  }

  /** `http1` or `http2`: what the upstream speaks. */
  appProtocol(protocol: 'http1' | 'http2'): this {
    return this.with({ app_protocol: protocol })
  }

  /** Visitors open WebSockets, and the upstream gets the bytes of their messages over TCP. */
  websocketTcpConversion(): this {
    return this.with({ websocket_tcp_converter: true })
  }

  /** PEM of the authorities that vouch for visitors. */
  mutualTlsca(pem: Buffer | Uint8Array | string): this {
    return this.with({ mutual_tls_cas: Buffer.from(pem as Uint8Array) })
  }

  compression(): this {
    return this.with({ compression: true })
  }

  /** Share of 5xx answers, 0 to 1, above which requests are refused for a while. */
  circuitBreaker(threshold: number): this {
    return this.with({ circuit_breaker: threshold })
  }

  requestHeader(name: string, value: string): this {
    return this.add('request_header_add', `${name}:${value}`)
  }

  responseHeader(name: string, value: string): this {
    return this.add('response_header_add', `${name}:${value}`)
  }

  removeRequestHeader(name: string): this {
    return this.add('request_header_remove', name)
  }

  removeResponseHeader(name: string): this {
    return this.add('response_header_remove', name)
  }

  basicAuth(username: string, password: string): this {
    return this.add('basic_auth', `${username}:${password}`)
  }

  /** An RE2 pattern of `User-Agent` that may come in. */
  allowUserAgent(pattern: string): this {
    return this.add('allow_user_agent', pattern)
  }

  denyUserAgent(pattern: string): this {
    return this.add('deny_user_agent', pattern)
  }

  oauth(
    provider: string,
    allowEmails?: readonly string[],
    allowDomains?: readonly string[],
    scopes?: readonly string[],
    clientId?: string,
    clientSecret?: string,
  ): this {
    return this.with({
      oauth_provider: provider,
      oauth_allow_emails: allowEmails,
      oauth_allow_domains: allowDomains,
      oauth_scopes: scopes,
      oauth_client_id: clientId,
      oauth_client_secret: clientSecret,
    })
  }

  oidc(
    issuerUrl: string,
    clientId: string,
    clientSecret: string,
    allowEmails?: readonly string[],
    allowDomains?: readonly string[],
    scopes?: readonly string[],
  ): this {
    return this.with({
      oidc_issuer_url: issuerUrl,
      oidc_client_id: clientId,
      oidc_client_secret: clientSecret,
      oidc_allow_emails: allowEmails,
      oidc_allow_domains: allowDomains,
      oidc_scopes: scopes,
    })
  }

  webhookVerification(provider: string, secret: string): this {
    return this.with({ verify_webhook_provider: provider, verify_webhook_secret: secret })
  }
}
