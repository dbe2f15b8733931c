import type { Scenario } from '../scenario.ts'
import { small } from './small.ts'

const { isDefault: _isDefault, ...rest } = small

export const https: Scenario = { ...rest, name: 'https', title: `${small.title} with TLS`, tls: true }
