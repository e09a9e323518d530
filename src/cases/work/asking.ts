import { randomBytes } from 'node:crypto';
import type { CasesTools } from '../tools.ts';

/** A question of the gateway's own, on behalf of a case. */
export const askingOf = (_tools: CasesTools, withinMs: number) => ({
  caller: { role: 'officer' as const, actor: 'gateway' },
  traceId: randomBytes(16).toString('hex'),
  signal: AbortSignal.timeout(withinMs),
});
