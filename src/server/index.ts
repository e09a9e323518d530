/**
 * HTTP: `/graphql`, the schema, health, pages, and in the sandbox its switches.
 */

export { drained } from './drained.ts';
export { examples } from './examples.ts';
export { addressReader, createCounts, createRates, type PersonLimits, personBudget, watchLoad } from './limits/index.ts';
export { createHttpServer, type SandboxDoor, type ServerOptions } from './server.ts';
