/** What tracing is made of; optional peers, since they are 47 MB that an edge without tracing does not need. */
export interface OtelPackages {
  readonly api: typeof import('@opentelemetry/api')
  readonly sdk: typeof import('@opentelemetry/sdk-trace-node')
  readonly exporter: typeof import('@opentelemetry/exporter-trace-otlp-http')
}

export const OTEL_PACKAGES = [
  '@opentelemetry/api',
  '@opentelemetry/sdk-trace-node',
  '@opentelemetry/exporter-trace-otlp-http',
] as const

/** Rejects with what to install where one of them is absent. `load` is for tests. */
export async function loadOtel(
  load: (name: string) => Promise<unknown> = (name) => import(name),
): Promise<OtelPackages> {
  try {
    const [api, sdk, exporter] = await Promise.all(OTEL_PACKAGES.map(load))
    return { api, sdk, exporter } as OtelPackages
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new Error(`traces need packages that are not installed: npm install ${OTEL_PACKAGES.join(' ')}`, { cause })
  }
}
