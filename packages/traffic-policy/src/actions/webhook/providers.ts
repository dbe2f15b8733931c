import type { Recipe } from './recipe.ts'
import { webhookRecipes } from './recipes.ts'

export type WebhookProvider = keyof typeof webhookRecipes | 'sns'

/** Every provider, in alphabetical order. Reference §6.3 */
export const webhookProviders: readonly WebhookProvider[] = [
  ...(Object.keys(webhookRecipes) as (keyof typeof webhookRecipes)[]),
  'sns' as const,
].toSorted()

/** Other spellings that guides use. */
const ALIASES: Readonly<Record<string, WebhookProvider>> = {
  vmware_workspace: 'vmware',
  sonatype_nexus: 'sonatype',
  signalsciences: 'signal_sciences',
  launchdarkly: 'launch_darkly',
  hygraph: 'graphcms',
  x: 'twitter',
}

/** The provider of a name or of another spelling of it; `undefined` for any other text. */
export function webhookProvider(name: string): WebhookProvider | undefined {
  if (Object.hasOwn(ALIASES, name)) return ALIASES[name]
  return webhookProviders.find((provider) => provider === name)
}

export function recipesOf(provider: Exclude<WebhookProvider, 'sns'>): readonly Recipe[] {
  return webhookRecipes[provider]
}
