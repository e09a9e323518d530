/** Several processes on one port: whole gateways, and a primary that keeps them up. */
export { startWorkers } from './primary.ts';
export type { Crew } from './types.ts';
export { type Membership, ownCrew } from './worker.ts';
