/** What the hall promises about every case: its clocks, its corrections, its tolerance, and that subscribers miss nothing. */
import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../src/connect/index.ts';
import { noPostgres, openTestDatabase } from '../src/store/testing.ts';
import { type Hall, startHall } from './harness.ts';

const USCC = '91321071990000017N';
const ITEM = 'gov-feasibility';
const FORM = { 'contact-name': '示例联系人', 'contact-phone': '13800000000', 'declared-true': true };
const DAY = 86_400_000;
const NOW =
  'case { number status commissioner items { id phase promisedDue statutoryDue overdue reason item { code } } materials { material { id } source followsBy } } problems { code path }';

type Ask = Hall['ask'];

/** The mutation of this name, as this role. */
const doing = (ask: Ask, name: string, input: object, role: Role = 'clerk') =>
  ask(`mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${NOW} } }`, { input }, { role }).then(
    ({ data, errors }) => {
      if (errors) throw new Error(JSON.stringify(errors));
      return data[name];
    },
  );

/** Opens a case of one item and brings everything it asks for. */
async function ready(ask: Ask, { promised = [] as readonly string[] } = {}): Promise<string> {
  const opened = await doing(ask, 'openCase', { items: [ITEM], applicant: { uscc: USCC, nameZh: '扬州示例精密机械有限公司' } });
  const { number } = opened.case;
  for (const material of ['org-certificate', 'project-report', 'agent-id', 'site-opinion'])
    await doing(ask, 'attachMaterial', {
      number,
      material,
      ...(promised.includes(material) ? { commitment: '2026-1' } : { certificateNumber: '示例-1' }),
    });
  await doing(ask, 'saveForm', { number, form: FORM });
  return number;
}

async function submitted(ask: Ask, options = {}) {
  const number = await ready(ask, options);
  const done = await doing(ask, 'submitCase', { number, idempotencyKey: `key-${number}` });
  expect(done.problems).toEqual([]);
  return { number, item: done.case.items[0], case: done.case };
}

const stateOf = async (ask: Ask, number: string) =>
  (
    await ask(`{ case(number: "${number}") { status commissioner items { id phase promisedDue overdue reason } materials { material { id } source followsBy }
      events { kind why item { slug } } } }`)
  ).data.case;

const kindsOf = async (ask: Ask, number: string): Promise<readonly string[]> =>
  (await stateOf(ask, number)).events.map(({ kind }: { kind: string }) => kind);

describe('the promises of one hall', () => {
  let hall: Hall;
  beforeAll(async () => {
    hall = await startHall({ commissioners: { 'project-construction': ['zhang', 'li'] } }, {}, { as: 'clerk' });
  }, 60_000);
  afterAll(() => hall?.[Symbol.asyncDispose]());

  it('one commissioner for the whole way: the least busy of the pool', async () => {
    const [first, second] = [await submitted(hall.ask), await submitted(hall.ask)];
    const one = (await doing(hall.ask, 'assignCommissioner', { number: first.number })).case.commissioner;
    const other = (await doing(hall.ask, 'assignCommissioner', { number: second.number })).case.commissioner;
    expect(new Set([one, other])).toEqual(new Set(['zhang', 'li']));
  });

  it('a second correction that could have been asked at once needs a supervisor, whose reason is kept', async () => {
    const { number, item } = await submitted(hall.ask);
    await doing(hall.ask, 'requestCorrection', { item: item.id, points: [{ material: 'agent-id', what: '证件模糊' }] }, 'officer');
    await doing(hall.ask, 'attachMaterial', { number, material: 'agent-id', certificateNumber: '示例-2' });
    await doing(hall.ask, 'supplement', { number, item: ITEM, materials: ['agent-id'] });
    const again = { item: item.id, points: [{ material: 'project-report', what: '缺少签章' }] };
    expect((await doing(hall.ask, 'requestCorrection', again, 'officer')).problems).toMatchObject([{ code: 'ASKED_BEFORE' }]);
    expect((await doing(hall.ask, 'requestCorrection', again, 'supervisor')).problems).toMatchObject([{ code: 'ASKED_BEFORE' }]);
    const overridden = await doing(hall.ask, 'requestCorrection', { ...again, override: '新发现伪造嫌疑' }, 'supervisor');
    expect(overridden.case.status).toBe('CORRECTION');
    // What came with the last correction is new: asking about it needs nobody.
    await doing(hall.ask, 'attachMaterial', { number, material: 'project-report', certificateNumber: '示例-3' });
    await doing(hall.ask, 'supplement', { number, item: ITEM, materials: ['project-report'] });
    const fresh = { item: item.id, points: [{ material: 'project-report', what: '签章不清' }] };
    expect((await doing(hall.ask, 'requestCorrection', fresh, 'officer')).case.status).toBe('CORRECTION');
  });

  it('what an applicant with a bad credit flag promises is not accepted', async () => {
    const flagged = await startFlagged(hall.ask);
    const done = await doing(hall.ask, 'submitCase', { number: flagged, idempotencyKey: 'flagged' });
    expect(done).toMatchObject({ case: null, problems: [{ code: 'TOLERANCE_REFUSED', path: 'materials' }] });
    expect((await stateOf(hall.ask, flagged)).status).toBe('DRAFT');
  });
});

/** A case of an enterprise against which a bad credit flag stands, with one material promised. */
async function startFlagged(ask: Ask): Promise<string> {
  const flags = async (uscc: string) =>
    (await ask(`{ enterprise(uscc: "${uscc}") { credit { badFlags { until } } } }`)).data.enterprise?.credit?.badFlags ?? [];
  const { default: subjects } = await import('../catalogue/sandbox/subjects.json', { with: { type: 'json' } });
  const today = new Date().toISOString().slice(0, 10);
  for (const { uscc } of subjects.enterprises as readonly { uscc: string }[]) {
    const found = (await flags(uscc)).some(({ until }: { until: string | null }) => until === null || until >= today);
    if (!found) continue;
    const opened = await doing(ask, 'openCase', { items: [ITEM], applicant: { uscc, nameZh: '示例失信企业' } });
    const { number } = opened.case;
    for (const material of ['org-certificate', 'project-report', 'agent-id'])
      await doing(ask, 'attachMaterial', { number, material, certificateNumber: '示例-1' });
    await doing(ask, 'attachMaterial', { number, material: 'site-opinion', commitment: '2026-1' });
    await doing(ask, 'saveForm', { number, form: FORM });
    return number;
  }
  throw new Error('no subject of the sandbox has a bad credit flag');
}

describe('time passes in the hall', () => {
  let hall: Hall;
  beforeAll(async () => {
    hall = await startHall({ commissioners: { 'project-construction': ['zhang'] } }, {}, { as: 'clerk' });
  }, 60_000);
  afterAll(() => hall?.[Symbol.asyncDispose]());

  it('warns before the promised day, calls it overdue after it, and tells the commissioner; a correction stops the clock', async () => {
    const { number, item } = await submitted(hall.ask);
    await doing(hall.ask, 'assignCommissioner', { number });
    const stopped = await submitted(hall.ask);
    await doing(hall.ask, 'requestCorrection', { item: stopped.item.id, points: [{ material: 'agent-id', what: '模糊' }] }, 'officer');
    const days = (Date.parse(item.promisedDue) - Date.now()) / DAY;
    await hall.advance((days - 0.5) * DAY);
    await expect.poll(() => kindsOf(hall.ask, number), { timeout: 10_000 }).toContain('due-soon');
    await hall.advance(3 * DAY);
    await expect.poll(() => kindsOf(hall.ask, number), { timeout: 10_000 }).toContain('overdue');
    const { items, events } = await stateOf(hall.ask, number);
    expect(items[0].overdue).toBe(true);
    expect(events.at(-1)).toMatchObject({ kind: 'overdue', why: 'escalated to zhang' });
    const { data } = await hall.ask('{ cases(filter: { overdue: true }) { nodes { number } } }');
    expect(data.cases.nodes).toEqual([{ number }]);
    expect((await stateOf(hall.ask, stopped.number)).items[0]).toMatchObject({ phase: 'CORRECTION', promisedDue: null, overdue: false });
  });

  it('what was promised is reminded of; when it does not come, the signed consequence follows', async () => {
    const { number, case: handed } = await submitted(hall.ask, { promised: ['site-opinion'] });
    const { followsBy } = handed.materials.find((each: { source: string }) => each.source === 'COMMITTED');
    // What was asked of agencies before it was handed in is a look of the clerk's.
    expect(await looksFor(hall, number)).toMatchObject([
      { actor: 'sandbox-clerk', role: 'clerk', window: 'W01', purpose: `CASE ${number}`, fields: ['Enterprise.credit.badFlags'] },
    ]);
    const { aheadMs } = await clockOf(hall);
    await hall.advance(Date.parse(followsBy) - (Date.now() + aheadMs) - DAY);
    await expect.poll(() => kindsOf(hall.ask, number), { timeout: 10_000 }).toContain('reminder');
    await hall.advance(4 * DAY);
    await expect.poll(async () => (await stateOf(hall.ask, number)).status, { timeout: 10_000 }).toBe('REFUSED');
    expect((await stateOf(hall.ask, number)).items[0].reason).toContain('容缺材料逾期未补交');
  });
});

/** How far the clock of the hall is ahead. */
async function clockOf(hall: Hall): Promise<{ readonly aheadMs: number }> {
  const { clock } = await hall.sandbox.describe();
  return { aheadMs: clock.offset };
}

describe('an agency that is away', () => {
  it('does not charge the applicant: the hall fetches the document later, and only closing waits', async () => {
    await using hall = await startHall({}, {}, { as: 'clerk' });
    const opened = await doing(hall.ask, 'openCase', {
      items: ['sme-technology'],
      applicant: { uscc: USCC, nameZh: '扬州示例精密机械有限公司' },
    });
    const { number } = opened.case;
    for (const material of ['audit-report', 'commitment-letter'])
      await doing(hall.ask, 'attachMaterial', { number, material, certificateNumber: '示例-1' });
    await doing(hall.ask, 'saveForm', { number, form: FORM });
    await hall.fault('provincial', 'down');
    const done = await doing(hall.ask, 'submitCase', { number, idempotencyKey: 'away' });
    expect(done.problems).toEqual([]);
    const sourceOf = async () =>
      (await stateOf(hall.ask, number)).materials.find(({ material }: { material: { id: string } }) => material.id === 'business-licence')
        .source;
    expect(await sourceOf()).toBe('SYSTEM_DELAYED');
    const item = done.case.items[0].id;
    expect((await doing(hall.ask, 'decide', { item, decision: 'GRANT' }, 'officer')).problems).toMatchObject([
      { path: 'materials/business-licence' },
    ]);
    await hall.fault('provincial', 'none');
    await hall.advance(DAY / 24);
    await expect.poll(sourceOf, { timeout: 20_000 }).toBe('FETCHED');
    expect((await doing(hall.ask, 'decide', { item, decision: 'GRANT' }, 'officer')).case.status).toBe('GRANTED');
    // What the hall fetches by itself is a look like any other; an agency that did not answer has shown nothing.
    const common = { action: 'subject.read', purpose: `CASE ${number}`, case: number, refused: false };
    expect(await looksFor(hall, number)).toEqual([
      { ...common, actor: 'gateway', role: 'gateway', window: null, fields: ['Enterprise.certificates.items'], agencies: ['js-e-licence'] },
    ]);
  }, 60_000);
});

/** Looks at data for a case, newest first, as an auditor reads them. */
async function looksFor({ ask }: Hall, number: string) {
  const query = `query ($filter: AccessLogFilter!) { accessLog(filter: $filter, first: 50) { nodes { action actor role window purpose case refused fields agencies } } }`;
  // By the hall's own clock, which tests move ahead.
  const filter = { case: number, from: new Date(Date.now() - DAY), to: new Date(Date.now() + 365 * DAY) };
  const { data, errors } = await ask(query, { filter }, { role: 'auditor' });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.accessLog.nodes.filter(({ action }: { action: string }) => action === 'subject.read');
}

/** Follows events until it is told to stop; gives what it saw. */
async function follow(url: string, token: string, after: string | undefined, until: (kinds: readonly string[]) => boolean) {
  const client = createClient({ url: `${url}/graphql/stream`, headers: { authorization: `Bearer ${token}` }, retryAttempts: 0 });
  const query = 'subscription ($after: ID) { caseUpdated(after: $after) { eventId kind caseNumber } }';
  const seen: { eventId: string; kind: string; caseNumber: string }[] = [];
  for await (const { data } of client.iterate<{ caseUpdated: (typeof seen)[number] }>({ query, variables: { after } })) {
    if (data) seen.push(data.caseUpdated);
    if (until(seen.map(({ kind }) => kind))) break;
  }
  client.dispose();
  return seen;
}

describe.skipIf(noPostgres !== undefined)('one key of a client, at two replicas at the same moment', () => {
  it('is one case and one answer, however often it comes', async () => {
    await using database = await openTestDatabase();
    await using hall = await startHall({}, { DATABASE_URL: database.url }, { as: 'clerk' });
    await using other = await hall.replica();
    for (let i = 0; i < 5; i++) {
      const number = await ready(hall.ask);
      const submit = (ask: Ask) => doing(ask, 'submitCase', { number, idempotencyKey: `once-${number}` });
      const answers = await Promise.all(Array.from({ length: 10 }, (_, at) => submit(at % 2 ? hall.ask : other.ask)));
      const told = answers.map(({ case: found, problems }) => [found?.number, ...problems]);
      expect(told).toEqual(answers.map(() => [number]));
      expect((await kindsOf(hall.ask, number)).filter((kind) => kind === 'submitted')).toHaveLength(1);
    }
  }, 60_000);
});

describe.skipIf(noPostgres !== undefined)('subscribers, with two replicas', () => {
  it('a subscriber that goes on at another replica has seen everything once, in the order of the case', async () => {
    await using database = await openTestDatabase();
    await using hall = await startHall({}, { DATABASE_URL: database.url }, { as: 'clerk' });
    await using other = await hall.replica();
    const token = await hall.token('clerk');
    const first = await submitted(hall.ask);
    const opening = follow(hall.url, token, '0.0', (kinds) => kinds.includes('received'));
    const before = await opening;
    const place = before.at(-1)?.eventId;
    // While nobody listens: twenty cases at both replicas at once.
    const many = await Promise.all(Array.from({ length: 20 }, (_, i) => submitted(i % 2 ? hall.ask : other.ask)));
    const expected = 20 * 3;
    const after = await follow(other.url, token, place, (kinds) => kinds.length >= expected);
    const all = [...before, ...after];
    expect(new Set(all.map(({ eventId }) => eventId)).size).toBe(all.length);
    for (const { number } of [first, ...many])
      expect(all.filter(({ caseNumber }) => caseNumber === number).map(({ kind }) => kind)).toEqual(['submitted', 'released', 'received']);
  }, 90_000);
});
