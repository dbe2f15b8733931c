/** The version of this edge, as it tells agents. */
export const EDGE_VERSION = '0.1.0'
