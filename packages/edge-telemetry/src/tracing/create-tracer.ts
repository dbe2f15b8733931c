import { EdgeTracer } from './edge-tracer.ts'
import { loadOtel } from './otel-packages.ts'
import type { Tracing, TracingOptions } from './tracing.ts'

/** Loads OpenTelemetry. Rejects with what to install where it is absent, and with `TypeError` for an endpoint that is no URL. */
export async function createTracer(options: TracingOptions): Promise<Tracing> {
  return new EdgeTracer(await loadOtel(), options)
}
