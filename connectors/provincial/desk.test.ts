/** What would go wrong for an applicant behind the exchange: handed in mangled, given up although it arrived, decided by somebody else. */
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Application, CallbackRequest } from '../../src/connect/index.ts';
import { type SandboxTools, testLine } from '../../src/kit/index.ts';
import connector from './connector.ts';
import { APP_KEY, APP_SECRET } from './sandbox/gate.ts';
import sandbox from './sandbox.ts';

const FUND = 'hf-unit';
const MEDICAL = 'mi-unit';
const PATIENCE_MS = 8_000;
const HOUR_MS = 3_600_000;
const LONG_MS = 240 * HOUR_MS;
const PERSON = '321012198812139970';
const NAME = '示例𠮷䶮（扬州）有限公司 "鿫" \\';

const asking = () => ({
  caller: { role: 'officer' as const, actor: 'test' },
  traceId: 'test',
  signal: AbortSignal.timeout(PATIENCE_MS),
});

const application = (slug: string): Application => ({
  key: randomUUID(),
  caseNumber: '1132107100009000XY4002071001000202611250001',
  item: { code: '1132107100009000XY4002071001000', slug, nameZh: '住房公积金单位缴存登记' },
  applicant: { uscc: '91321071990000017N', idNumber: PERSON, nameZh: NAME, phone: null },
  form: { 'contact-name': NAME, 'declared-true': true, employees: [{ name: NAME }] },
  materials: [
    { id: 'agent-id', nameZh: '经办人身份证件', file: null, number: '示例-1', follows: false },
    {
      id: 'application-form',
      nameZh: '申请表',
      file: { name: '表.pdf', type: 'application/pdf', sha256: '0'.repeat(64), read: async () => Buffer.from([0, 255, 128, 10]) },
      number: null,
      follows: true,
    },
  ],
  submittedAt: new Date(),
});

/** The exchange with a switch and an eye: what it says to whatever is handed in, and what it was sent. */
function exchange() {
  const seen: { readonly path: string; readonly body: unknown }[] = [];
  const says: { code: string | undefined } = { code: undefined };
  const open = (tools: SandboxTools) => {
    const platforms = sandbox.open(tools);
    return {
      handle(request: Parameters<typeof platforms.handle>[0]) {
        seen.push({ path: request.path, body: JSON.parse(request.body.toString()).body });
        if (says.code === undefined) return platforms.handle(request);
        const reply = { head: { code: says.code, message: PERSON, dataTime: null }, body: null };
        return { headers: { 'content-type': 'application/json;charset=UTF-8' }, body: JSON.stringify(reply) };
      },
    };
  };
  return { seen, says, spec: { ...sandbox, open } };
}

const named = ({ key, item }: Application, reference: string | null = null) => ({ key, reference, item });

describe.each([
  [FUND, 'js-service-portal'],
  [MEDICAL, 'js-medical-insurance'],
])('the desk for %s', (item, platform) => {
  it('hands in every word and byte as the applicant gave it, to its own platform', async () => {
    const { seen, spec } = exchange();
    await using line = await testLine(connector, spec);
    const it = application(item);
    const { counter } = line.desk(item);
    expect(counter.agency).toBe(platform);
    expect(await counter.submit(it, asking())).toMatchObject({ kind: 'done' });
    expect(seen[0]).toMatchObject({
      path: `/exchange/${platform}/submitApplication`,
      body: {
        ywlsh: it.key,
        sqr: { tyshxydm: '91321071990000017N', zjhm: PERSON, mc: NAME, lxdh: null },
        bd: it.form,
        cl: [
          { cldm: 'agent-id', zzhm: '示例-1', rqbb: false, wj: null },
          { cldm: 'application-form', zzhm: null, rqbb: true, wj: { lx: 'application/pdf', nr: 'AP+ACg==' } },
        ],
      },
    });
  });

  it.each([
    ['42201', 'REFUSED', false],
    ['40001', 'REFUSED', false],
    ['42901', 'THROTTLED', false],
    ['40301', 'CREDENTIALS', false],
    ['50301', 'MAINTENANCE', false],
    // The same message came before this one: that one may have been taken.
    ['40901', 'UNAVAILABLE', true],
    ['50001', 'UNAVAILABLE', true],
    ['50401', 'TIMEOUT', true],
    ['40401', 'PROTOCOL', true],
  ])('a submission answered with %s is %s', async (code, fault, mayHaveArrived) => {
    const { says, spec } = exchange();
    await using line = await testLine(connector, spec);
    says.code = code;
    const handed = await line.desk(item).counter.submit(application(item), asking());
    expect(handed).toMatchObject({ kind: 'failed', error: { fault }, mayHaveArrived });
    expect(JSON.stringify(handed) + line.logLines.join()).not.toContain(PERSON);
  });

  it('says of what the platform does not know, or has decided, that it is refused', async () => {
    await using line = await testLine(connector, sandbox);
    const { counter } = line.desk(item);
    const refused = { kind: 'failed', error: { fault: 'REFUSED' }, mayHaveArrived: false };
    const it = application(item);
    expect(await counter.supplement(named(it), { number: 1, form: {}, materials: [] }, asking())).toMatchObject(refused);
    expect(await counter.withdraw(named(it), '不办了', asking())).toMatchObject(refused);
    const handed = await counter.submit(it, asking());
    const reference = handed.kind === 'done' ? handed.value.reference : null;
    line.clock.set(LONG_MS);
    expect(await counter.withdraw(named(it, reference), '不办了', asking())).toMatchObject(refused);
  });
});

it('a lost reply: the portal gives the first receipt again, at medical insurance nobody may send again', async () => {
  await using line = await testLine(connector, sandbox);
  for (const item of [FUND, MEDICAL]) {
    line.agency.flaky.set({ reset: 0, unavailable: 0, lost: 1 });
    const { counter } = line.desk(item);
    const it = application(item);
    expect(await counter.submit(it, asking())).toMatchObject({ kind: 'failed', mayHaveArrived: true });
    line.agency.flaky.set(undefined);
    const filed = line.agency.offices.flatMap(({ files }) => files).find(({ key }) => key === it.key);
    expect(filed).toBeDefined();
    if (counter.traits.idempotent)
      expect(await counter.submit(it, asking())).toEqual({ kind: 'done', value: { reference: filed?.reference } });
    else expect(counter.can.inquire).toBe(false);
  }
  expect(line.agency.offices.flatMap(({ files }) => files)).toHaveLength(2);
});

describe('call-backs through the exchange', () => {
  /** A call-back as whoever has the secret can sign it. */
  function signed(genuine: CallbackRequest, change: (message: Notice) => unknown, time: string, secret = APP_SECRET): CallbackRequest {
    const body = Buffer.from(JSON.stringify(change(JSON.parse(genuine.body.toString()))));
    const digest = createHash('sm3').update(body).digest('hex');
    const sign = createHmac('sm3', secret).update(`${APP_KEY}\n${time}\n${digest}`).digest('hex');
    return { ...genuine, headers: { ...genuine.headers, 'x-exchange-time': time, 'x-exchange-sign': sign }, body };
  }
  type Notice = { readonly head: { readonly platform: string }; readonly body: { readonly dt: object } };
  const same = (message: Notice) => message;

  it.each([FUND, MEDICAL])('%s: well signed, but not what a platform says', async (item) => {
    await using line = await testLine(connector, sandbox);
    const desk = line.desk(item);
    await desk.counter.submit(application(item), asking());
    line.clock.set(2 * HOUR_MS);
    await desk.told(1);
    const [genuine] = line.callbacks;
    if (!genuine) throw new Error('the sandbox should have called back');
    const now = String(line.clock.now());
    const heard = (change: (message: Notice) => unknown, time = now, secret = APP_SECRET) =>
      line.isHeard(signed(genuine, change, time, secret));
    expect(await heard(same)).toBe(true);
    expect(await heard(same, now, 'the secret of another agency')).toBe(false);
    expect(await heard(same, String(line.clock.now() - 301_000))).toBe(false);
    expect(await heard(same, String(line.clock.now() + 301_000))).toBe(false);
    for (const time of ['', 'NaN', 'Infinity', '1e12', '-1', ` ${now}`]) expect(await heard(same, time), time).toBe(false);
    expect(await heard(({ head, ...rest }) => ({ ...rest, head: { ...head, platform: 'js-e-licence' } }))).toBe(false);
    expect(await heard(({ head, ...rest }) => ({ ...rest, head: { ...head, service: 'queryApplication' } }))).toBe(false);
    expect(await heard(({ body, ...rest }) => ({ ...rest, body: { ...body, dt: { ...body.dt, dtlx: '办结' } } }))).toBe(false);
    expect(await heard(({ body, ...rest }) => ({ ...rest, body: { ...body, dt: { ...body.dt, fssj: 'yesterday' } } }))).toBe(false);
    expect(await heard(() => null)).toBe(false);
  });
});
