import { describe, expect, it } from 'vitest';
import type { AgencyError } from '../../errors.ts';
import {
  callOf,
  faultOf,
  type Gateway,
  gatewayAt,
  named,
  noServer,
  openAt,
  openTestExchange,
  PATIENT_MS,
  seen,
  type TestExchange,
} from '../../testing.ts';

const SHORT_MS = 150;
const HOUR_MS = 3_600_000;

for (const dialect of ['postgres', 'mysql'] as const) {
  const reason = noServer[dialect];
  const there = () => openTestExchange(dialect);

  describe.skipIf(reason)(`an exchange database on ${dialect}${reason ? ` (skipped: ${reason})` : ''}`, () => {
    it('a row asks, a row answers, and the hall needs no right beyond that', async () => {
      await using exchange = await there();
      await using gateway = gatewayAt(exchange);
      const answer = gateway.name('A1');
      const [id = ''] = await seen(exchange, 1);
      expect(id).toMatch(/^q-[a-z2-7]{16}-[0-9a-z]{8,9}$/);
      expect(await exchange.requests()).toMatchObject([{ service: 'queryName', payload: '{"code":"A1"}', dwbm: 'hall-321071' }]);
      expect((await gateway.watch.open()).requests).toMatchObject([{ id, service: 'queryName', state: 'WAITING' }]);
      await exchange.answer(id, named('扬州'));
      expect(await answer).toBe('扬州');
      expect(await exchange.replies()).toEqual([{ id, mark: '1' }]);
      expect(await gateway.watch.open()).toEqual({ count: 0, oldest: null, requests: [] });
      expect(gateway.watch.tally).toEqual({ answered: 1, late: 0, doubled: 0, differing: 0, tooLate: 0 });
    });

    it('ages are those of the clock, whatever the time zones of machine and server', async () => {
      await using exchange = await there();
      await using gateway = gatewayAt(exchange);
      await gateway.put({ service: 'queryName', body: 1 }, callOf(PATIENT_MS));
      const { oldest } = await gateway.watch.open();
      expect(Math.abs((oldest?.getTime() ?? 0) - gateway.clock.now())).toBeLessThan(5_000);
    });

    it('the same question again while one is open writes no second row; the next one does', async () => {
      await using exchange = await there();
      await using gateway = gatewayAt(exchange);
      const both = Promise.all([gateway.name('A1'), gateway.name('A1')]);
      const other = gateway.name('A2');
      const ids = await seen(exchange, 2);
      const [first, second] = await exchange.requests();
      await exchange.answer(first?.id ?? '', named(String(first?.payload)));
      await exchange.answer(second?.id ?? '', named(String(second?.payload)));
      expect(await both).toEqual(['{"code":"A1"}', '{"code":"A1"}']);
      expect(await other).toBe('{"code":"A2"}');
      const again = gateway.name('A1');
      const [id = ''] = (await seen(exchange, 3)).filter((one) => !ids.includes(one));
      await exchange.answer(id, named('new'));
      expect(await again).toBe('new');
      expect(gateway.watch.tally).toMatchObject({ answered: 3, late: 0, doubled: 0 });
    });

    it('lost: a request nobody picks up is one row, listed, given up in time, and asked anew then', async () => {
      await using exchange = await there();
      await using gateway = gatewayAt(exchange, { openFor: '1h' });
      expect(await faultOf(gateway.name('A1', SHORT_MS))).toBe('TIMEOUT');
      await seen(exchange, 1);
      expect(await faultOf(gateway.name('A1', SHORT_MS))).toBe('TIMEOUT');
      expect(await exchange.requests()).toHaveLength(1);
      expect(await openAt(gateway)).toEqual(['WAITING']);
      gateway.clock.set(HOUR_MS + 2_000);
      expect(await openAt(gateway)).toEqual(['GIVEN_UP']);
      expect(await faultOf(gateway.name('A1', SHORT_MS))).toBe('TIMEOUT');
      await seen(exchange, 2);
      expect(await openAt(gateway)).toEqual(['GIVEN_UP', 'WAITING']);
    });

    it('lost: an openFor shorter than a minute makes no id twice', async () => {
      await using exchange = await there();
      await using gateway = gatewayAt(exchange, { openFor: '1s' });
      for (let round = 1; round <= 3; round++) {
        gateway.clock.set(round * 3_000);
        expect(await faultOf(gateway.name('A1', SHORT_MS))).toBe('TIMEOUT');
        await seen(exchange, round);
      }
    });

    it('late: the next same question is answered by the reply that came when nobody waited', async () => {
      await using exchange = await there();
      await using gateway = gatewayAt(exchange);
      expect(await faultOf(gateway.name('A1', SHORT_MS))).toBe('TIMEOUT');
      const [id = ''] = await seen(exchange, 1);
      await exchange.answer(id, named('late'));
      expect(await openAt(gateway)).toEqual(['REPLIED']);
      expect(await gateway.name('A1')).toBe('late');
      expect(await exchange.requests()).toHaveLength(1);
      expect(gateway.watch.tally).toMatchObject({ answered: 1, late: 1 });
      expect(await faultOf(gateway.name('A1', SHORT_MS))).toBe('TIMEOUT');
      await seen(exchange, 2);
    });

    it('too late: a reply to a question that was given up is counted and answers nothing', async () => {
      await using exchange = await there();
      await using gateway = gatewayAt(exchange, { openFor: '1h' });
      expect(await faultOf(gateway.name('A1', SHORT_MS))).toBe('TIMEOUT');
      const [id = ''] = await seen(exchange, 1);
      gateway.clock.set(HOUR_MS + 2_000);
      await exchange.answer(id, named('old'));
      await gateway.watch.sweep();
      expect(gateway.watch.tally).toMatchObject({ answered: 0, tooLate: 1 });
      expect(await openAt(gateway)).toEqual([]);
      expect(await faultOf(gateway.name('A1', SHORT_MS))).toBe('TIMEOUT');
      await seen(exchange, 2);
    });

    it('doubled: the second reply is ignored and counted; one that differs is written into the log', async () => {
      await using exchange = await there();
      await using gateway = gatewayAt(exchange);
      const answer = gateway.name('A1');
      const [id = ''] = await seen(exchange, 1);
      await exchange.answer(id, named('first'));
      expect(await answer).toBe('first');
      await exchange.answer(id, named('first'));
      await gateway.watch.sweep();
      expect(gateway.watch.tally).toMatchObject({ answered: 1, doubled: 1, differing: 0 });
      await exchange.answer(id, named('second'));
      await gateway.watch.sweep();
      await gateway.watch.sweep();
      expect(gateway.watch.tally).toMatchObject({ answered: 1, doubled: 2, differing: 1 });
      expect(gateway.logged).toEqual([expect.stringContaining(id)]);
      expect(gateway.logged.join()).not.toMatch(/second|A1/);
      expect((await exchange.replies()).map(({ mark }) => mark)).toEqual(['1', '1', '1']);
    });

    it('two replies that differ before anybody read one are ambiguous; two that agree are one', async () => {
      await using exchange = await there();
      await using gateway = gatewayAt(exchange);
      expect(await faultOf(gateway.name('A1', SHORT_MS))).toBe('TIMEOUT');
      expect(await faultOf(gateway.name('A2', SHORT_MS))).toBe('TIMEOUT');
      await seen(exchange, 2);
      const [differs, agrees] = (await exchange.requests()).toSorted((a, b) => (String(a.payload) < String(b.payload) ? -1 : 1));
      await exchange.answer(differs?.id ?? '', named('one'));
      await exchange.answer(differs?.id ?? '', named('another'));
      for (let i = 0; i < 2; i++) await exchange.answer(agrees?.id ?? '', named('same'));
      expect(await faultOf(gateway.name('A1'))).toBe('AMBIGUOUS');
      expect(await gateway.name('A2')).toBe('same');
      expect(gateway.watch.tally).toMatchObject({ answered: 2, doubled: 2, differing: 1 });
    });

    it('restart in between: what the old process asked, the new one finds, and reads once', async () => {
      await using exchange = await there();
      await using before = gatewayAt(exchange);
      const given = faultOf(before.name('A1'));
      const lost = faultOf(before.name('A2'));
      await seen(exchange, 2);
      await before.close();
      expect(await Promise.all([given, lost])).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
      const first = (await exchange.requests()).find(({ payload }) => String(payload).includes('A1'));
      await exchange.answer(first?.id ?? '', named('meanwhile'));
      await using after = gatewayAt(exchange);
      expect((await openAt(after)).toSorted()).toEqual(['REPLIED', 'WAITING']);
      expect(await after.name('A1')).toBe('meanwhile');
      expect(await faultOf(after.name('A1', SHORT_MS))).toBe('TIMEOUT');
      expect(await faultOf(after.name('A2', SHORT_MS))).toBe('TIMEOUT');
      await seen(exchange, 3);
      expect(after.watch.tally).toMatchObject({ answered: 1, late: 1 });
    });

    it('two replicas ask the same at the same moment: one row, both answered, one of them counts it', async () => {
      await using exchange = await there();
      await using one = gatewayAt(exchange);
      await using two = gatewayAt(exchange);
      for (let round = 1; round <= 5; round++) {
        const both = Promise.all([one.name(`A${round}`), two.name(`A${round}`)]);
        const id = (await seen(exchange, round)).at(-1) ?? '';
        const asked = (await exchange.requests()).find(({ payload }) => String(payload).includes(`A${round}`));
        await exchange.answer(asked?.id ?? id, named(`N${round}`));
        expect(await both).toEqual([`N${round}`, `N${round}`]);
      }
      expect(await exchange.requests()).toHaveLength(5);
      expect(one.watch.tally.answered + two.watch.tally.answered).toBe(5);
      expect([one, two].map(({ watch }) => watch.tally.doubled)).toEqual([0, 0]);
    });

    it('a careless agency, two replicas, a restart: every question is answered with its own reply or listed, none twice', async () => {
      await using exchange = await there();
      await using one = gatewayAt(exchange);
      await using two = gatewayAt(exchange);
      const codes = Array.from({ length: 24 }, (_, i) => `C${i}`);
      const ask = (gateway: Gateway, code: string, ms: number) => gateway.name(code, ms).catch((error: AgencyError) => error.fault);
      const agency = carelessAgency(exchange);
      const first = await Promise.all(codes.flatMap((code) => [ask(one, code, 1_500), ask(two, code, 1_500)]));
      await one.close();
      await using three = gatewayAt(exchange);
      await agency.catchUp();
      const second = await Promise.all(codes.map((code, i) => ask(i % 2 ? two : three, code, 1_500)));
      await agency.stop();
      await two.watch.sweep();
      const all = [...codes.flatMap((code) => [code, code]), ...codes].map((code, i) => [code, [...first, ...second][i]]);
      for (const [code, answer] of all) expect(['TIMEOUT', `name of ${code}`]).toContain(answer);
      expect(all.some(([, answer]) => answer === 'TIMEOUT')).toBe(true);
      const requests = await exchange.requests();
      const replied = new Set((await exchange.replies()).map(({ id }) => id));
      const tallies = [one, two, three].map(({ watch }) => watch.tally);
      const listed = await two.watch.open();
      expect(tallies.reduce((sum, { answered }) => sum + answered, 0) + listed.count).toBe(requests.length);
      expect(tallies.reduce((sum, { answered }) => sum + answered, 0)).toBe(replied.size);
      expect(tallies.reduce((sum, { doubled }) => sum + doubled, 0)).toBe((await exchange.replies()).length - replied.size);
    });
  });
}

/** Answers by what is asked: a quarter once, a quarter twice, a quarter late, a quarter never. */
function carelessAgency(exchange: TestExchange) {
  const done = new Set<string>();
  const state = { isLate: false, isRunning: true, rounds: 0 };
  const answer = async ({ id, payload }: { readonly id: string; readonly payload: string | Buffer }) => {
    const { code } = JSON.parse(String(payload)) as { code: string };
    const habit = Number(code.slice(1)) % 4;
    if (habit === 3 || (habit === 2 && !state.isLate)) return;
    done.add(id);
    for (let i = 0; i < (habit === 1 ? 2 : 1); i++) await exchange.answer(id, named(`name of ${code}`));
  };
  const running = (async () => {
    for (; state.isRunning; state.rounds++)
      for (const request of await exchange.requests()) if (!done.has(request.id)) await answer(request);
  })();
  return {
    /** From now on it answers what it left lying, too; resolves when it has. */
    async catchUp() {
      state.isLate = true;
      const before = state.rounds;
      await expect.poll(() => state.rounds, { interval: 10, timeout: 5_000 }).toBeGreaterThan(before + 1);
    },
    async stop() {
      state.isRunning = false;
      await running;
    },
  };
}
