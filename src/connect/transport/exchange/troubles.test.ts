import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { encodeText } from '../../codec/charset.ts';
import type { AgencyError } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import { columnMac } from '../../sign/column-mac.ts';
import { Answer, callOf, faultOf, gatewayAt, named, noServer, openAt, openTestExchange, PATIENT_MS, seen } from '../../testing.ts';

const SHORT_MS = 150;
const HOUR_MS = 3_600_000;

for (const dialect of ['postgres', 'mysql'] as const) {
  const reason = noServer[dialect];
  const there = () => openTestExchange(dialect);

  describe.skipIf(reason)(`an exchange database on ${dialect}${reason ? ` (skipped: ${reason})` : ''}`, () => {
    it('garbage is a broken protocol, is read once, and the next question is asked anew', async () => {
      await using exchange = await there();
      await using gateway = gatewayAt(exchange, { maxBytes: 1_000 });
      const broken = [
        '<html>502</html>',
        '',
        null,
        `\uFEFF${named('x')}`,
        '{"name":"a","name":"b"}',
        '{"name":',
        '{"other":1}',
        ' '.repeat(1_001),
      ];
      for (const [i, payload] of broken.entries()) {
        const failure = faultOf(gateway.name('A1'));
        const ids = await seen(exchange, i + 1);
        const waiting = (await gateway.watch.open()).requests[0]?.id ?? '';
        expect(ids).toContain(waiting);
        await exchange.answer(waiting, payload);
        expect([payload, await failure]).toEqual([payload, 'PROTOCOL']);
      }
      expect(await openAt(gateway)).toEqual([]);
    });

    it("an agency's result codes mean what the contract says", async () => {
      await using exchange = await there();
      await using gateway = gatewayAt(exchange, { ok: '00', meanings: { '04': 'absent', '09': 'THROTTLED' } });
      for (const [i, [code, outcome]] of [
        ['00', 'here'],
        ['04', null],
        ['09', 'THROTTLED'],
        ['77', 'REFUSED'],
        ['constructor', 'REFUSED'],
      ].entries()) {
        const answer = gateway.name('A1').catch((error: AgencyError) => error.fault);
        await seen(exchange, i + 1);
        await exchange.answer((await gateway.watch.open()).requests[0]?.id ?? '', named('here'), { code: code ?? '' });
        expect([code, await answer]).toEqual([code, outcome]);
      }
    });

    it('connections that are killed while somebody waits cost nothing, and none is given out dead', async () => {
      await using exchange = await there();
      await using gateway = gatewayAt(exchange);
      const put = (code: string) => gateway.put({ service: 'queryName', body: { code } }, callOf(PATIENT_MS));
      const ids = await Promise.all(['A1', 'A2', 'A3'].map(put));
      const answers = ids.map((id) => gateway.take(id, Answer, callOf(PATIENT_MS)));
      for (const id of ids) {
        await exchange.kill();
        await exchange.answer(id, named('here'));
      }
      expect(await Promise.all(answers)).toEqual(Array(3).fill({ name: 'here' }));
      await exchange.kill();
      const next = gateway.name('A4');
      await seen(exchange, 4);
      await exchange.answer((await gateway.watch.open()).requests[0]?.id ?? '', named('next'));
      expect(await next).toBe('next');
    });

    it('a database that goes away and comes back while somebody waits', async () => {
      await using exchange = await there();
      await using gateway = gatewayAt(exchange);
      const id = await gateway.put({ service: 'queryName', body: { code: 'A1' } }, callOf(PATIENT_MS));
      const answer = gateway.take(id, Answer, callOf(PATIENT_MS));
      exchange.door.shut();
      expect(await faultOf(gateway.name('A2'))).toBe('UNAVAILABLE');
      await exchange.answer(id, named('here'));
      exchange.door.open();
      expect(await answer).toEqual({ name: 'here' });
      expect(await exchange.requests()).toHaveLength(1);
    });

    it('a database that says nothing any more is not waited for beyond the time there is', async () => {
      await using exchange = await there();
      await using gateway = gatewayAt(exchange);
      await gateway.watch.open();
      exchange.door.silence();
      expect(await faultOf(gateway.name('A1', SHORT_MS))).toBe('TIMEOUT');
      await gateway.close();
    });

    it('rights that were taken away, and a user that is not known, are credentials', async () => {
      await using exchange = await there();
      await using gateway = gatewayAt(exchange);
      const waiting = faultOf(gateway.name('A1'));
      await seen(exchange, 1);
      await exchange.revoke();
      expect(await waiting).toBe('CREDENTIALS');
      expect(await faultOf(gateway.name('A2'))).toBe('CREDENTIALS');
      await using stranger = gatewayAt(exchange, { user: 'nobody_here', password: new Secret('wrong') });
      expect(await faultOf(stranger.name('A1'))).toBe('CREDENTIALS');
    });

    it('a table that is another one is a broken contract', async () => {
      await using exchange = await there();
      await using gateway = gatewayAt(exchange, { request: { ...exchange.request, service: 'no_such_column' } });
      expect(await faultOf(gateway.name('A1'))).toBe('PROTOCOL');
    });

    it('B37 B33 wide characters, quotes and SQL pass as they are, both ways', async () => {
      await using exchange = await there();
      await using gateway = gatewayAt(exchange);
      const text = `𠮷䶮 ${'"'}'; DROP TABLE qqb; -- \\ ? $1 % _ \u0000`;
      const answer = gateway.name(text);
      const [asked] = (await seen(exchange, 1)) && (await exchange.requests());
      expect(asked?.payload).toBe(JSON.stringify({ code: text }));
      await exchange.answer(asked?.id ?? '', named(text));
      expect(await answer).toBe(text);
    });

    it('payloads may be XML in bytes of GB18030, and UTF-8 under that contract is refused', async () => {
      await using exchange = await openTestExchange(dialect, 'bytes');
      await using gateway = gatewayAt(exchange, { charset: 'gb18030', format: 'xml', arrays: ['item'] });
      const List = z.object({ list: z.object({ item: z.array(z.string()) }) });
      const ask = () => gateway.ask('queryName', { q: { code: '𠮷䶮' } }, List, callOf(PATIENT_MS));
      const reply = '<list><item>0012𠮷䶮</item></list>';
      const right = ask();
      const [id = ''] = await seen(exchange, 1);
      expect((await exchange.requests())[0]?.payload).toEqual(encodeText('<q><code>𠮷䶮</code></q>', 'gb18030'));
      await exchange.answer(id, encodeText(reply, 'gb18030'));
      expect(await right).toEqual({ list: { item: ['0012𠮷䶮'] } });
      const wrong = faultOf(ask());
      await seen(exchange, 2);
      await exchange.answer((await gateway.watch.open()).requests[0]?.id ?? '', Buffer.from(reply));
      expect(await wrong).toBe('PROTOCOL');
    });

    it("a caller's own correlation id is written once and can be taken again, by whoever comes after a crash", async () => {
      await using exchange = await there();
      await using before = gatewayAt(exchange);
      const request = { service: 'submit', body: { case: 1 }, id: 'CASE-2026-0001/1' };
      expect(await before.put(request, callOf(PATIENT_MS))).toBe(request.id);
      expect(await before.put(request, callOf(PATIENT_MS))).toBe(request.id);
      expect(await exchange.requests()).toHaveLength(1);
      await exchange.answer(request.id, named('accepted'));
      expect(await before.take(request.id, Answer, callOf(PATIENT_MS))).toEqual({ name: 'accepted' });
      await using after = gatewayAt(exchange);
      expect(await after.put(request, callOf(PATIENT_MS))).toBe(request.id);
      expect(await after.take(request.id, Answer, callOf(PATIENT_MS))).toEqual({ name: 'accepted' });
      expect(before.watch.tally.answered + after.watch.tally.answered).toBe(1);
      after.clock.set(24 * 365 * HOUR_MS);
      await after.put({ ...request, id: 'CASE-2026-0002/1' }, callOf(PATIENT_MS));
      after.clock.set(0);
      expect(await openAt(after)).toEqual(['WAITING']);
    });

    it('a reply that somebody else wrote is refused where rows are signed', async () => {
      await using exchange = await there();
      const signature = 'qm';
      const options = { request: { ...exchange.request, signature }, reply: { ...exchange.reply, signature } };
      const sign = columnMac({ secret: new Secret('between the two of us') });
      await using gateway = gatewayAt(exchange, { ...options, sign });
      const signedFor = (id: string, text: string) => sign.sign({ direction: 'reply', id, payload: Buffer.from(text) });
      const forged = faultOf(gateway.name('A1'));
      const [asked] = (await seen(exchange, 1)) && (await exchange.requests());
      const id = asked?.id ?? '';
      expect(asked?.['qm']).toBe(sign.sign({ direction: 'request', id, payload: Buffer.from(String(asked?.payload)) }));
      await exchange.answer(id, named('forged'), { signature: signedFor('q-another', named('forged')) });
      expect(await forged).toBe('PROTOCOL');
      const honest = gateway.name('A1');
      await seen(exchange, 2);
      const next = (await gateway.watch.open()).requests[0]?.id ?? '';
      await exchange.answer(next, named('right'), { signature: signedFor(next, named('right')) });
      expect(await honest).toBe('right');
    });
  });
}
