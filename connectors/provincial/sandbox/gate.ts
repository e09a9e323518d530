/** What the exchange checks before a platform sees anything. Written from the contract, not from the signer's code. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { SandboxRequest, SandboxTools } from '../../../src/kit/index.ts';

export const APP_KEY = 'hall-321071';
export const APP_SECRET = 'sandbox-exchange-secret-5f1c';

const TOLERANCE_MS = 5 * 60_000;

/** Why a request is turned away: the exchange's code and message. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

const WRONG_SIGNATURE: Refusal = { code: '40101', message: '签名校验失败' };
const EXPIRED_CREDENTIALS: Refusal = { code: '40101', message: '应用凭证已失效' };
const OLD_TIME: Refusal = { code: '40103', message: '请求时间戳超出允许范围' };

/** Checks key, signature and time of a request; undefined lets it pass. */
export function refusal(request: SandboxRequest, clock: SandboxTools['clock']): Refusal | undefined {
  const time = request.headers['x-exchange-time'] ?? '';
  if (request.fault === 'expired') return EXPIRED_CREDENTIALS;
  if (request.headers['x-exchange-key'] !== APP_KEY) return WRONG_SIGNATURE;
  if (!same(request.headers['x-exchange-sign'] ?? '', signature(request, time))) return WRONG_SIGNATURE;
  return Math.abs(clock.now() - Number(time)) <= TOLERANCE_MS ? undefined : OLD_TIME;
}

/** Hex of HMAC-SM3 over key, time, method, path with query, and hex of SM3 of the body, one per line. */
function signature({ method, path, query, body }: SandboxRequest, time: string): string {
  const search = query.size > 0 ? `?${query}` : '';
  const digest = createHash('sm3').update(body).digest('hex');
  return createHmac('sm3', APP_SECRET).update(`${APP_KEY}\n${time}\n${method}\n${path}${search}\n${digest}`).digest('hex');
}

const same = (given: string, right: string): boolean =>
  given.length === right.length && timingSafeEqual(Buffer.from(given), Buffer.from(right));

/** Remembers request ids for as long as their time would be taken; says whether one is new. */
export function onceOnly(clock: SandboxTools['clock']): (requestId: string) => boolean {
  const seen = new Map<string, number>();
  return (requestId) => {
    for (const [id, at] of seen) if (clock.now() - at > 2 * TOLERANCE_MS) seen.delete(id);
    if (seen.has(requestId)) return false;
    seen.set(requestId, clock.now());
    return true;
  };
}
