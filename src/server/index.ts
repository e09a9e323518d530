/**
 * HTTP: `/graphql`, the schema, health, pages, and in the sandbox its switches.
 */

export { examples } from './examples.ts';
export { addressReader, createRates, type RateLimits, watchLoad } from './limits/index.ts';
export { createHttpServer, type SandboxDoor, type ServerOptions } from './server.ts';
