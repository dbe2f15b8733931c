import type { VariableNode } from '../cel/compiled.ts'
import { mapOf, STRING } from '../cel/types.ts'
import { httpPhases } from '../document/phases.ts'
import { group, text, time, value, whole } from './declare.ts'
import { flatGeoTree, ipTree } from './ip-tree.ts'
import { tlsTree } from './tls-tree.ts'

/** `conn.*` and `endpoint.*`. Reference §3.1, §3.2 */
export const connectionTree: VariableNode = group({
  client_ip: text(
    ({ connection }) => connection.clientIp,
    ipTree((variables) => variables.ip(variables.connection.clientIp)),
  ),
  client_port: whole(({ connection }) => connection.clientPort),
  server_ip: text(
    ({ connection }) => connection.serverIp,
    ipTree((variables) => variables.ip(variables.connection.serverIp)),
  ),
  server_port: whole(({ connection }) => connection.serverPort),
  server_region: text(({ connection }) => connection.serverRegion),
  ts: group({ start: time(({ connection }) => connection.startedAt), end: time(() => undefined) }),
  bytes_in: { ...whole(({ connection }) => connection.bytesIn?.()), phases: httpPhases },
  bytes_out: { ...whole(({ connection }) => connection.bytesOut?.()), phases: httpPhases },
  geo: flatGeoTree((variables) => variables.ip(variables.connection.clientIp)?.location),
  tls: tlsTree(({ connection }) => connection.tls),
  k8s: group({
    pod: {
      isPresent: ({ connection }) => connection.pod !== undefined,
      members: {
        id: text(({ connection }) => connection.pod?.id),
        metadata: group({
          name: text(({ connection }) => connection.pod?.name),
          namespace: text(({ connection }) => connection.pod?.namespace),
          annotations: value(mapOf(STRING, STRING), ({ connection }) =>
            connection.pod ? new Map(Object.entries(connection.pod.annotations)) : undefined,
          ),
          error_code: text(({ connection }) => connection.pod?.errorCode),
          error_message: text(({ connection }) => connection.pod?.errorMessage),
        }),
      },
    },
  }),
})

export const endpointTree: VariableNode = group({
  id: text(({ endpoint }) => endpoint.id),
  url: text(({ endpoint }) => endpoint.url),
  host: text(({ endpoint }) => endpoint.host),
  port: whole(({ endpoint }) => endpoint.port),
  addr: text(({ endpoint }) => `${endpoint.host}:${endpoint.port}`),
  protocol: text(({ endpoint }) => endpoint.protocol),
})
