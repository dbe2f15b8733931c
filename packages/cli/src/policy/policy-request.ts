import type { EndpointModules, ModuleName, ModuleTarget } from '@tunnel/traffic-policy'

/** What flags or a configuration say of the policy of an endpoint, before anything is read. */
export interface PolicyRequest {
  readonly source?: PolicySource | undefined
  readonly modules: EndpointModules
  /** How the user wrote a module: `--basic-auth`, `basic_auth`. */
  nameOf(module: ModuleName): string
  /** Goes before what is wrong, where there may be several endpoints. */
  readonly owner?: string | undefined
}

export type PolicySource =
  | {
      readonly kind: 'file'
      readonly path: string
      /** The flag or key that names it. */
      readonly name: string
      /** Where a relative path may lie besides the working directory. */
      readonly directory?: string | undefined
    }
  | { readonly kind: 'url'; readonly url: string; readonly name: string }
  | {
      readonly kind: 'inline'
      readonly document: unknown
      readonly name: string
      /** `file:line:column` of what lies at a path below it, where that can be told. */
      placeOf(path: readonly string[]): string | undefined
    }

/** The endpoints that share a policy: with two schemes it holds for both. */
export type PolicyTargets = readonly [ModuleTarget, ...ModuleTarget[]]

/**
 * The policy to ask for, whole and checked; `undefined` where none is asked for. Throws 9026 with everything that is wrong, and `CliError`
 * for what cannot be read. Loads the policy package only where there is something to do.
 */
export async function resolvePolicy(request: PolicyRequest, targets: PolicyTargets): Promise<string | undefined> {
  if (request.source === undefined && Object.keys(request.modules).length === 0) return undefined
  const { checkedPolicy } = await import('./checked-policy.ts')
  return checkedPolicy(request, targets)
}
