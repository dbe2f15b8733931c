import { negotiateCompression } from '../../actions/compress-response.ts'
import { createCompressor } from '../../actions/compressor.ts'
import { type Prepare, setResults } from '../phase-run.ts'

export const compressResponseAction: Prepare<'compress-response'> =
  ({ algorithms }) =>
  (run) => {
    const { request, response } = run.exchange!
    const decision = negotiateCompression(
      { algorithms },
      {
        method: request.facts.head.method,
        // What the visitor asked for, whatever the policy sent on.
        requestHeaders: request.facts.head.headers,
        status: response!.status,
        responseHeaders: response!.fields,
      },
    )
    setResults(run, 'compress', decision.results)
    run.events.compression = decision.algorithm ?? 'none'
    if (decision.algorithm === undefined) return undefined
    response!.setFields(decision.headers)
    run.exchange!.compressor = createCompressor(decision.algorithm, decision.flushEachWrite)
    return undefined
  }
