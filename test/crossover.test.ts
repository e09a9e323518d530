import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Caller, connector, createEngine, lookup, type Question, type ServedFields, value } from '../src/connect/index.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };

/** An agency that answers everybody with their own name, late enough for others to ask meanwhile. */
const mirror = connector({
  id: 'mirror',
  agency: 'mirror',
  settings: z.unknown(),
  open: () => {
    const asked = lookup({
      fresh: '10m',
      async one(_: unknown, call) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return value({ whose: JSON.stringify(call.caller) });
      },
    });
    return { fields: { Mirror: { face: asked } } as unknown as ServedFields };
  },
});

const CALLERS: readonly Caller[] = [
  { role: 'clerk', actor: 'a' },
  { role: 'officer', actor: 'a' },
  { role: 'clerk', actor: 'a', grants: 'name,arrears' },
  { role: 'clerk', actor: 'a', purpose: 'case 1' },
  { role: 'clerk', actor: 'a', purpose: 'case 2' },
];

/** How many callers with other rights got an answer that was made for somebody else: at once, and then from memory. */
async function crossings(questionKey?: (question: Question) => string): Promise<number> {
  const engine = createEngine({
    connectors: [{ connector: mirror, settings: {} }],
    clock: { now: () => 0 },
    log,
    ...(questionKey && { questionKey }),
  });
  const read = async (caller: Caller) => {
    const answer = await engine.reader({ caller, traceId: 't', signal: AbortSignal.timeout(2_000) }).read('Mirror.face', 'k');
    return answer?.['whose'] === JSON.stringify(caller) ? 0 : 1;
  };
  const together = await Promise.all(CALLERS.map(read));
  const later = await Promise.all(CALLERS.map(read));
  await engine.close();
  return [...together, ...later].reduce<number>((sum, wrong) => sum + wrong, 0);
}

describe('T11 callers with different rights who ask the same', () => {
  it('never get each other’s answer, neither on its way nor remembered', async () => {
    expect(await crossings()).toBe(0);
  });

  // Shows that the test above can fail: each part that is left out of the key lets an answer cross.
  it.each(['identity', 'purpose'] as const)('would, if the key lacked the %s', async (part) => {
    const weak = (question: Question) => JSON.stringify({ ...question, [part]: '' });
    expect(await crossings(weak)).toBeGreaterThan(0);
  });
});
