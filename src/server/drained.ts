import type { FastifyInstance } from 'fastify';

const DRAIN_MS = 10_000;
const LOOK_MS = 50;

/** Takes no more connections, answers what was asked, ends streams; whoever takes longer than ten seconds is cut off. */
export async function drained(server: FastifyInstance, stopping: AbortController): Promise<void> {
  stopping.abort();
  const { server: http } = server;
  // A connection that is kept alive becomes idle with its last answer.
  const looking = setInterval(() => http.closeIdleConnections(), LOOK_MS);
  const patience = setTimeout(() => http.closeAllConnections(), DRAIN_MS);
  await server.close().finally(() => {
    clearInterval(looking);
    clearTimeout(patience);
  });
}
