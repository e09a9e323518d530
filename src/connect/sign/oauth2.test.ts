import { describe, expect, it } from 'vitest';
import { Secret } from '../secret.ts';
import type { SignContext, WireRequest, WireResponse } from '../transport/wire.ts';
import type { Call } from '../types.ts';
import { oauth2 } from './oauth2.ts';

const OPTIONS = { tokenUrl: 'http://agency.example/token', clientId: 'hall', clientSecret: new Secret('secret') };
const request: WireRequest = { method: 'GET', url: new URL('http://agency.example/x'), headers: {} };

/** An agency whose tokens are numbered; a fetch takes until `release` is called, or its caller's time is over. */
function agency() {
  let fetched = 0;
  const waiting: (() => void)[] = [];
  const contextFor = (signal = new AbortController().signal): SignContext => ({
    clock: { now: () => 0 },
    call: { caller: { role: 'clerk', actor: 'x' }, signal, traceId: 't', connector: 'c', agency: 'a', operation: 'o' } satisfies Call,
    send: () =>
      new Promise<WireResponse>((resolve, reject) => {
        const body = Buffer.from(JSON.stringify({ access_token: `token-${++fetched}`, expires_in: 300 }));
        waiting.push(() => resolve({ status: 200, headers: {}, body }));
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  });
  const release = () => {
    for (const go of waiting.splice(0)) go();
  };
  return { contextFor, release, fetched: () => fetched };
}

const tokenOf = async (signed: WireRequest | Promise<WireRequest>) => (await signed).headers['authorization'];

describe('OAuth2 client credentials', () => {
  it('late refusals of an old token do not throw the new one away', async () => {
    const { contextFor, release, fetched } = agency();
    const signer = oauth2(OPTIONS);
    const first = signer.sign(request, contextFor());
    release();
    const old = await first;
    signer.renew?.(old);
    const second = signer.sign(request, contextFor());
    release();
    expect(await tokenOf(second)).toBe('Bearer token-2');
    for (let i = 0; i < 7; i++) signer.renew?.(old);
    expect(await tokenOf(signer.sign(request, contextFor()))).toBe('Bearer token-2');
    expect(fetched()).toBe(2);
  });

  it('a caller with little time who fetches for all does not fail those who have more', async () => {
    const { contextFor, release } = agency();
    const signer = oauth2(OPTIONS);
    const hasty = new AbortController();
    const first = signer.sign(request, contextFor(hasty.signal));
    const patient = tokenOf(signer.sign(request, contextFor()));
    hasty.abort(new Error('over'));
    await expect(first).rejects.toThrow('over');
    await new Promise(setImmediate);
    release();
    expect(await patient).toBe('Bearer token-2');
  });
});
