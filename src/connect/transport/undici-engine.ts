import { Agent, errors, request as send } from 'undici';
import { undiciConnect } from '../outbound/dial.ts';
import { BodyTooLarge, type EngineOptions, type HttpEngine, type WireRequest, type WireResponse } from './wire.ts';

/** The engine for hot reads: one keep-alive pool per source, no redirects, no proxy. */
export function undiciEngine(options: EngineOptions): HttpEngine {
  const agent = new Agent({
    connections: options.connections,
    connect: undiciConnect(options.outbound, { timeout: 2_000 }),
    maxResponseSize: options.maxBytes,
    maxHeaderSize: 16_384,
    keepAliveTimeout: 10_000,
  });
  return {
    async send(request: WireRequest, limits): Promise<WireResponse> {
      try {
        const reply = await send(request.url, {
          dispatcher: agent,
          method: request.method,
          headers: request.headers,
          body: request.body ?? null,
          signal: limits.signal,
          // The call's own deadline is the only clock.
          headersTimeout: 0,
          bodyTimeout: 0,
        });
        const body = Buffer.from(await reply.body.arrayBuffer());
        return { status: reply.statusCode, headers: flat(reply.headers), body };
      } catch (error) {
        throw error instanceof errors.ResponseExceededMaxSizeError ? new BodyTooLarge('reply too large', { cause: error }) : error;
      }
    },
    close: () => agent.destroy(),
  };
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) out[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  return out;
}
