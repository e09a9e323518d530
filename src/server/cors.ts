import type { IncomingMessage } from 'node:http';

/** Headers that let pages of the hall's own origins call the endpoint; none for other origins. */
export function corsHeaders(request: IncomingMessage, origins: readonly string[]): Record<string, string> | undefined {
  const { origin } = request.headers;
  if (!origin || !origins.includes(origin)) return undefined;
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, POST, OPTIONS',
    'access-control-allow-headers': 'authorization, dpop, content-type, accept, accept-language, x-yimen-deadline',
    'access-control-expose-headers': 'x-trace-id',
    'access-control-max-age': '600',
    vary: 'origin',
  };
}
