/** What tests of every package use; never part of a published package. */
export { cutAt, cutEveryByte } from './cuts.ts'
export { createDuplexPair } from './duplex-pair.ts'
export { createFaultyLink, type FaultyLink } from './faulty-link.ts'
export { ManualClock } from './manual-clock.ts'
export { seeded } from './seeded.ts'
