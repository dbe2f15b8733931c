import type { Probe, Scenario } from './scenario.ts'
import { bulk } from './scenarios/bulk.ts'
import { bulk50 } from './scenarios/bulk50.ts'
import { fairness } from './scenarios/fairness.ts'
import { h2 } from './scenarios/h2.ts'
import { handshakes } from './scenarios/handshakes.ts'
import { https } from './scenarios/https.ts'
import { idle } from './scenarios/idle.ts'
import { inspection } from './scenarios/inspection.ts'
import { policyRules } from './scenarios/policy.ts'
import { small } from './scenarios/small.ts'
import { start } from './scenarios/start.ts'
import { telling } from './scenarios/telling.ts'
import { underSiege } from './scenarios/under-siege.ts'
import { upload } from './scenarios/upload.ts'
import { webSocket } from './scenarios/web-socket.ts'

/** In the order of a run. */
export const scenarios: readonly (Scenario | Probe)[] = [
  small,
  bulk,
  https,
  h2,
  handshakes,
  bulk50,
  upload,
  webSocket,
  fairness,
  policyRules,
  inspection,
  telling,
  underSiege,
  start,
  idle,
]

/** What runs without `--only`. */
export const defaultScenarios: readonly (Scenario | Probe)[] = scenarios.filter(
  (one) => 'isDefault' in one && one.isDefault,
)
