import type { PolicyStep } from '../../../src/contract.ts'
import { durationText } from '../ui/format.ts'
import './policy-trace.css'

/** What the traffic policy of the edge did, step by step, where the edge told the agent. */
export function PolicyTrace({ steps }: { steps: readonly PolicyStep[] }) {
  if (steps.length === 0) return null
  return (
    <section className="side" aria-label="Traffic policy">
      <h2>Traffic policy</h2>
      <table className="policy">
        <thead>
          <tr>
            <th>Phase</th>
            <th>Rule</th>
            <th>Action</th>
            <th>Outcome</th>
            <th className="number">Took</th>
          </tr>
        </thead>
        <tbody>
          {steps.map(({ phase, rule, action, outcome, durationMs }, index) => (
            <tr key={index}>
              <td>{phase}</td>
              <td>{rule}</td>
              <td>{action}</td>
              <td>{outcome}</td>
              <td className="number">{durationMs === null ? '' : durationText(durationMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
