import { setFlagsFromString } from 'node:v8'

/**
 * Keeps V8's new space at the 1 MiB that it starts with. TLS hands over each 16 KiB in a buffer of its own; in a new space that has
 * grown they reach V8's limit of external memory before they are collected, and a major collection that stops everything for 10 ms
 * follows, up to 20 times a second (docs/performance.md). Only before anything else is loaded: it never shrinks again.
 */
setFlagsFromString('--semi-space-growth-factor=1')
