/** The version of this agent, as it tells edges. */
export const AGENT_VERSION = '0.1.0'
