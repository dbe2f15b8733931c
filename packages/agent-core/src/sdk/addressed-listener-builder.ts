import { ListenerBuilder } from './listener-builder.ts'

/** What endpoints with an address have in common. */
export abstract class AddressedListenerBuilder extends ListenerBuilder {
  allowCidr(cidr: string): this {
    return this.add('ip_restriction_allow_cidrs', cidr)
  }

  denyCidr(cidr: string): this {
    return this.add('ip_restriction_deny_cidrs', cidr)
  }

  /** `''`, `1` or `2`. */
  proxyProto(version: '' | '1' | '2'): this {
    return this.with({ proxy_proto: version })
  }

  /** What is shown as the upstream. */
  forwardsTo(text: string): this {
    return this.with({ forwards_to: text })
  }

  /** A traffic policy, YAML or JSON. */
  trafficPolicy(policy: string): this {
    return this.with({ traffic_policy: policy })
  }

  /** The older word for it. */
  policy(policy: string): this {
    return this.with({ policy })
  }

  /** `public`, `internal` or `kubernetes`. */
  binding(binding: string): this {
    return this.with({ binding })
  }

  poolingEnabled(enabled: boolean): this {
    return this.with({ pooling_enabled: enabled })
  }

  /** Public address: `https://name.example`. Excludes `domain`, `scheme` and `remoteAddr`. */
  url(url: string): this {
    return this.with({ url })
  }
}
