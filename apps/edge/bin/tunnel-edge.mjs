#!/usr/bin/env node
import '../dist/new-space.js'

// Loaded only now, so that it is loaded into what was just set.
await import('../dist/main.js')
