import { describe, expect, it } from 'vitest';
import { AgencyError, type AgencyFault } from '../errors.ts';
import type { Call, Role } from '../types.ts';
import { Breaker } from './breaker.ts';
import { Retry } from './retry.ts';
import { Slots } from './slots.ts';

const call = (role: Role = 'clerk', signal = new AbortController().signal): Call => ({
  caller: { role, actor: 'x' },
  signal,
  traceId: 't',
  connector: 'tax',
  agency: 'taxation',
  operation: 'Enterprise.tax',
});
const failing = (fault: AgencyFault, retryAfterMs?: number) => async (): Promise<string> => {
  throw new AgencyError(call(), fault, { retryAfterMs });
};
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'ok',
    (error: AgencyError) => error.fault,
  );
const none = () => undefined;

/** A call that passes a breaker, as the engine sends it. */
async function through(breaker: Breaker, asked: Call, work: () => Promise<string>): Promise<string> {
  breaker.enter(asked);
  const started = performance.now();
  try {
    const outcome = await work();
    breaker.answered(undefined);
    return outcome;
  } catch (error) {
    breaker.failed(error, asked, started);
    throw error;
  }
}

/** A call with its second attempts. */
async function retried(retry: Retry, work: () => Promise<string>): Promise<string> {
  retry.begin();
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      await retry.again(error, attempt, call());
    }
  }
}

/** A call that holds a place while it lasts. */
async function placed<T>(slots: Slots, asked: Call, work: () => Promise<T>): Promise<T> {
  const place = slots.take(asked);
  if (place) await place;
  try {
    return await work();
  } finally {
    slots.giveUp(asked);
  }
}

function deferred() {
  let open: () => void = none;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

describe('T16 the breaker', () => {
  function watched() {
    const time = { now: 0 };
    const breaker = new Breaker({ now: () => time.now });
    let reached = 0;
    const ask = (work: () => Promise<string>) =>
      codeOf(
        through(breaker, call(), () => {
          reached++;
          return work();
        }),
      );
    return { time, breaker, ask, reached: () => reached };
  }

  it('lets 10 failures through, then at most one call per period, and recovers with the first probe that succeeds', async () => {
    const { time, breaker, ask, reached } = watched();
    for (let i = 0; i < 100; i++) await ask(failing('UNAVAILABLE'));
    expect([breaker.state, reached()]).toEqual(['open', 10]);
    for (let period = 0; period < 3; period++) {
      time.now += 10_000;
      for (let i = 0; i < 100; i++) await ask(failing('TIMEOUT'));
    }
    expect(reached()).toBe(13);
    time.now += 10_000;
    expect(await ask(async () => 'ok')).toBe('ok');
    expect(breaker.state).toBe('closed');
  });

  it('sends one probe, however many ask at the same time', async () => {
    const { time, breaker, ask, reached } = watched();
    for (let i = 0; i < 10; i++) await ask(failing('UNAVAILABLE'));
    time.now += 10_000;
    const gate = deferred();
    const asked = Array.from({ length: 20 }, () => ask(() => gate.promise.then(() => 'ok')));
    expect(breaker.state).toBe('half-open');
    gate.open();
    expect((await Promise.all(asked)).filter((outcome) => outcome === 'ok')).toHaveLength(1);
    expect(reached()).toBe(11);
  });

  it('stays closed for half of the calls failing, for few calls, for failures spread over time, and for refusals', async () => {
    const half = watched();
    for (let i = 0; i < 40; i++) await half.ask(i % 2 ? failing('TIMEOUT') : async () => 'ok');
    const few = watched();
    for (let i = 0; i < 9; i++) await few.ask(failing('TIMEOUT'));
    const spread = watched();
    for (let i = 0; i < 100; i++) {
      spread.time.now += 2_000;
      await spread.ask(failing('TIMEOUT'));
    }
    const refused = watched();
    for (let i = 0; i < 100; i++) await refused.ask(failing('REFUSED'));
    expect([half, few, spread, refused].map(({ breaker }) => breaker.state)).toEqual(['closed', 'closed', 'closed', 'closed']);
  });

  it('gives the probe back when its caller has gone', async () => {
    const { time, breaker, ask } = watched();
    for (let i = 0; i < 10; i++) await ask(failing('UNAVAILABLE'));
    time.now += 10_000;
    await codeOf(through(breaker, call('clerk', AbortSignal.abort()), failing('UNAVAILABLE')));
    expect(breaker.state).toBe('open');
    expect(await ask(async () => 'ok')).toBe('ok');
  });
});

describe('T16 a call that its caller gave up', () => {
  const givenUp = async (breaker: Breaker) => {
    for (let i = 0; i < 10; i++) await codeOf(through(breaker, call('clerk', AbortSignal.abort()), failing('TIMEOUT')));
    return breaker.state;
  };

  it('says nothing when it was given up early, and counts when it had lasted long enough', async () => {
    expect(await givenUp(new Breaker({ now: () => 0 }, 1_000))).toBe('closed');
    expect(await givenUp(new Breaker({ now: () => 0 }, 0))).toBe('open');
  });
});

describe('T17 retries', () => {
  const retry = () => new Retry({ random: () => 0.5, wait: async () => {} });

  it('stay within a tenth of 1,000 calls under total failure', async () => {
    const it = retry();
    let attempts = 0;
    for (let i = 0; i < 1_000; i++)
      await codeOf(
        retried(it, () => {
          attempts++;
          return failing('UNAVAILABLE')();
        }),
      );
    expect(attempts).toBeGreaterThan(1_050);
    expect(attempts).toBeLessThanOrEqual(1_100);
  });

  it('help a call whose first attempt met a hiccup, once enough calls went well', async () => {
    const it = retry();
    for (let i = 0; i < 20; i++) await retried(it, async () => 'ok');
    let attempts = 0;
    expect(await retried(it, async () => (++attempts === 1 ? failing('UNAVAILABLE')() : 'ok'))).toBe('ok');
  });

  it('are not made for what asking again cannot mend, nor for a throttle that says nothing or asks for too long', async () => {
    for (const work of [
      failing('REFUSED'),
      failing('PROTOCOL'),
      failing('CREDENTIALS'),
      failing('TIMEOUT'),
      failing('THROTTLED'),
      failing('THROTTLED', 60_000),
    ]) {
      const it = retry();
      for (let i = 0; i < 20; i++) await retried(it, async () => 'ok');
      let attempts = 0;
      await codeOf(
        retried(it, () => {
          attempts++;
          return work();
        }),
      );
      expect(attempts).toBe(1);
    }
  });

  it('wait as long as the agency says, with jitter on top', async () => {
    const waits: number[] = [];
    const it = new Retry({ random: () => 0.5, wait: async (ms) => void waits.push(ms) });
    for (let i = 0; i < 30; i++) await retried(it, async () => 'ok');
    await codeOf(retried(it, failing('THROTTLED', 1_000)));
    await codeOf(retried(it, failing('UNAVAILABLE')));
    expect(waits[0]).toBeGreaterThan(1_000);
    expect(waits.length).toBeGreaterThan(1);
  });
});

describe('shares of the places', () => {
  it('kiosks that saturate a source leave clerks at least half', async () => {
    const slots = new Slots(4, 4);
    const gate = deferred();
    const running: Role[] = [];
    const ask = (role: Role) =>
      codeOf(
        placed(slots, call(role), () => {
          running.push(role);
          return gate.promise;
        }),
      );
    const kiosks = Array.from({ length: 10 }, () => ask('kiosk'));
    const clerks = Array.from({ length: 4 }, () => ask('clerk'));
    await Promise.resolve();
    expect(running).toEqual(['kiosk', 'kiosk', 'clerk', 'clerk']);
    gate.open();
    expect((await Promise.all(kiosks)).filter((outcome) => outcome === 'THROTTLED')).toHaveLength(6);
    expect(await Promise.all(clerks)).toEqual(['ok', 'ok', 'ok', 'ok']);
  });

  it('a place that is given up goes to the longest waiting who may take it; who gives up leaves the queue', async () => {
    const slots = new Slots(1, 3);
    const order: string[] = [];
    const gate = deferred();
    const gone = new AbortController();
    const ask = (name: string, signal?: AbortSignal) =>
      placed(slots, call('clerk', signal), async () => {
        order.push(name);
        await gate.promise;
      }).catch(() => order.push(`${name} gave up`));
    const all = [ask('first'), ask('second', gone.signal), ask('third'), ask('fourth')];
    gone.abort();
    gate.open();
    await Promise.all(all);
    expect(order).toEqual(['first', 'second gave up', 'third', 'fourth']);
  });

  it('a caller whose time is over does not wait', async () => {
    const slots = new Slots(1, 3);
    const gate = deferred();
    const first = placed(slots, call(), () => gate.promise);
    await expect(placed(slots, call('clerk', AbortSignal.abort(new Error('over'))), async () => {})).rejects.toThrow('over');
    gate.open();
    await first;
  });
});
