/** Why somebody may see whose data: sessions, purposes, and the book of who looked. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noPostgres, openTestDatabase } from '../src/store/testing.ts';
import { type Hall, type ServeInput, startHall } from './harness.ts';
import { noServer, ownRedis } from './own-redis.ts';

interface Subjects {
  readonly persons: readonly { readonly id: string; readonly idNumber: string; readonly household: { readonly householdId: string } }[];
  readonly enterprises: readonly {
    readonly uscc: string;
    readonly marketRegulation: { readonly legalRepresentative: { readonly person: string } };
  }[];
}
const file = resolve(import.meta.dirname, '../catalogue/sandbox/subjects.json');
const { persons, enterprises }: Subjects = JSON.parse(readFileSync(file, 'utf8'));

const PERSON = persons[0]?.idNumber ?? '';
const COMPANY = enterprises[0]?.uscc ?? '';
const STRANGER = persons.find(({ household }) => household.householdId !== persons[0]?.household.householdId)?.idNumber ?? '';
const FAMILY = persons.slice(1).find(({ household }) => household.householdId === persons[0]?.household.householdId)?.idNumber ?? '';
const MINUTE = 60_000;
/** A machine that may read what belongs to enterprises. */
const READER = { actor: 'sandbox-integrator', fields: ['Enterprise'], perDay: 1_000 };

const TAX = 'query ($uscc: UnifiedSocialCreditCode!) { enterprise(uscc: $uscc) { tax { arrears } } }';
const NAME = 'query ($id: CitizenIdNumber!) { person(idNumber: $id) { identity { nameZh } } }';
const HOME = 'query ($id: CitizenIdNumber!) { person(idNumber: $id) { household { address } } }';
const OPEN_SESSION =
  'mutation ($input: OpenSessionInput!) { openSession(input: $input) { session { id fields endsAt } problems { code path message } } }';
const advice = (subject: ServeInput['subject']): ServeInput => ({ subject, purpose: { kind: 'CONSULTATION' } });

let hall: Hall;
beforeAll(async () => {
  hall = await startHall({ access: {} });
});
afterAll(() => hall?.[Symbol.asyncDispose]());

const asClerk = (query: string, variables: object, headers = {}) => hall.ask(query, variables, { role: 'clerk', headers });
const code = ({ errors }: Awaited<ReturnType<Hall['ask']>>) => errors?.[0]?.extensions['code'];
const open = async (input: object, role: 'clerk' | 'kiosk' | 'citizen' | 'auditor' = 'clerk') =>
  hall.ask(OPEN_SESSION, { input: { evidence: 'IDENTITY_CARD', ...input } }, { role });
const callsOf = (id: string): number => hall.agencies.find((agency) => agency.id === id)?.traffic().calls ?? 0;

describe('without a session', () => {
  it('what is public is answered, and nothing else; no agency is asked for what is refused', async () => {
    const before = callsOf('tax');
    const query =
      'query ($uscc: UnifiedSocialCreditCode!) { enterprise(uscc: $uscc) { registration { nameZh } permits { items { number } } projects { items { code } } credit { grade } tax { arrears } } }';
    const answer = await asClerk(query, { uscc: COMPANY });
    expect(answer.data.enterprise).toMatchObject({
      registration: { nameZh: expect.any(String) },
      credit: { grade: expect.any(String) },
      tax: null,
    });
    expect(answer.errors).toMatchObject([{ path: ['enterprise', 'tax'], extensions: { code: 'PURPOSE_REQUIRED', agency: 'taxation' } }]);
    expect(callsOf('tax')).toBe(before);
  });

  it.each(['clerk', 'officer', 'supervisor', 'kiosk', 'citizen', 'auditor'] as const)('a %s sees nothing of a person', async (role) => {
    expect(code(await hall.ask(NAME, { id: PERSON }, { role }))).toBe('PURPOSE_REQUIRED');
  });
});

describe('a session', () => {
  it('shows its subject to the clerk who opened it, for as long as it lasts', async () => {
    const headers = await hall.serve(advice({ idNumber: PERSON }));
    expect((await asClerk(NAME, { id: PERSON }, headers)).data.person.identity.nameZh).toEqual(expect.any(String));
    const { data } = await asClerk('{ session { purpose code endsAt } }', {}, headers);
    expect(data.session).toMatchObject({ purpose: 'CONSULTATION', code: null });
    await asClerk('mutation { endSession { problems { code } } }', {}, headers);
    const over = await asClerk(NAME, { id: PERSON }, headers);
    expect([over.status, code(over)]).toEqual([403, 'PURPOSE_REQUIRED']);
  });

  it('T9: shows nobody else, and not to anybody else', async () => {
    const headers = await hall.serve(advice({ idNumber: PERSON }));
    expect(code(await asClerk(NAME, { id: STRANGER }, headers))).toBe('FORBIDDEN');
    expect(code(await asClerk(TAX, { uscc: COMPANY }, headers))).toBe('FORBIDDEN');
    const token = await hall.sandbox.token({ role: 'clerk', actor: 'another-clerk', window: 'W01' });
    expect((await hall.ask(NAME, { id: PERSON }, { token, headers })).status).toBe(403);
    const elsewhere = await hall.sandbox.token({ role: 'clerk', window: 'W02' });
    expect((await hall.ask(NAME, { id: PERSON }, { token: elsewhere, headers })).status).toBe(403);
  });

  it('shows what its purpose calls for: an address for a newborn, none for advice', async () => {
    const forAdvice = await hall.serve(advice({ idNumber: PERSON }));
    const refused = await asClerk(HOME, { id: PERSON }, forAdvice);
    expect(refused.errors?.[0]).toMatchObject({ extensions: { code: 'FORBIDDEN', fields: ['Person.household.address'] } });
    const forNewborn = await hall.serve({ subject: { idNumber: PERSON }, purpose: { kind: 'THEME', code: 'newborn' } });
    expect((await asClerk(HOME, { id: PERSON }, forNewborn)).data.person.household.address).toEqual(expect.any(String));
    const salary = 'query ($id: CitizenIdNumber!) { person(idNumber: $id) { enterprises { items { percent } } } }';
    expect(code(await asClerk(salary, { id: PERSON }, forNewborn))).toBe('FORBIDDEN');
  });

  it('brings along those whom an agency knows to belong to its subject', async () => {
    const other = { subject: { idNumber: FAMILY }, relation: 'HOUSEHOLD' };
    const headers = await hall.serve({ subject: { idNumber: PERSON }, others: [other], purpose: { kind: 'THEME', code: 'newborn' } });
    expect((await asClerk(NAME, { id: FAMILY }, headers)).errors).toBeUndefined();
    const { data } = await open({ ...advice({ idNumber: PERSON }), others: [{ ...other, subject: { idNumber: STRANGER } }] });
    expect(data.openSession).toMatchObject({ session: null, problems: [{ code: 'NO_SUCH_RELATION', path: 'others/0/relation' }] });
  });

  it('a legal representative brings the company; a stranger needs it in writing', async () => {
    const representative =
      'query ($uscc: UnifiedSocialCreditCode!) { enterprise(uscc: $uscc) { registration { legalRepresentative { person { idNumber } } } } }';
    const { data: found } = await hall.ask(representative, { uscc: COMPANY }, { role: 'supervisor' });
    const idNumber = found.enterprise.registration.legalRepresentative.person.idNumber;
    const company = { subject: { uscc: COMPANY }, relation: 'LEGAL_REPRESENTATIVE' };
    const headers = await hall.serve({ ...advice({ idNumber }), others: [company] });
    expect((await asClerk(TAX, { uscc: COMPANY }, headers)).errors).toBeUndefined();
    const stranger = { ...advice({ idNumber: STRANGER }), others: [company] };
    expect((await open(stranger)).data.openSession.problems).toMatchObject([{ code: 'NO_SUCH_RELATION' }]);
    const written = { ...company, relation: 'AUTHORISED' };
    expect((await open({ ...stranger, others: [written] })).data.openSession.problems).toMatchObject([{ code: 'MISSING_REFERENCE' }]);
    expect((await open({ ...stranger, others: [{ ...written, reference: '授权2026-1' }] })).data.openSession.problems).toEqual([]);
  });

  it.each([
    ['two subjects', { subject: { uscc: COMPANY, idNumber: PERSON } }, 'ONE_SUBJECT'],
    ['no subject', { subject: {} }, 'ONE_SUBJECT'],
    ['a theme that is none', { purpose: { kind: 'THEME', code: 'nothing' } }, 'UNKNOWN_PURPOSE'],
    ['an item without its code', { purpose: { kind: 'ITEM' } }, 'UNKNOWN_PURPOSE'],
    ['a case that is none', { purpose: { kind: 'CASE', code: '12345678' } }, 'UNKNOWN_PURPOSE'],
    ['an authorisation without its number', { evidence: 'WRITTEN_AUTHORISATION' }, 'MISSING_REFERENCE'],
    ['a sign-in that a clerk cannot have seen', { evidence: 'ONLINE_SIGN_IN' }, 'EVIDENCE_NOT_YOURS'],
  ])('is not opened for %s', async (_, change, expected) => {
    const { data } = await open({ ...advice({ idNumber: PERSON }), ...change });
    expect(data.openSession).toMatchObject({ session: null, problems: [{ code: expected }] });
  });

  it('is nothing for auditors and machines, and a kiosk cannot take a signature', async () => {
    expect(code(await open(advice({ idNumber: PERSON }), 'auditor'))).toBe('FORBIDDEN');
    const { data } = await open({ ...advice({ idNumber: PERSON }), evidence: 'WRITTEN_AUTHORISATION', reference: '1' }, 'kiosk');
    expect(data.openSession.problems).toMatchObject([{ code: 'EVIDENCE_NOT_YOURS' }]);
  });

  it.skipIf(noPostgres !== undefined)('that was ended is over at every replica at once', async () => {
    await using database = await openTestDatabase();
    await using own = await startHall({ access: {} }, { DATABASE_URL: database.url });
    await using other = await own.replica();
    const headers = await own.serve(advice({ uscc: COMPANY }));
    const at = (it: Pick<Hall, 'ask'>) => it.ask(TAX, { uscc: COMPANY }, { role: 'clerk', headers });
    expect([(await at(own)).status, (await at(other)).status]).toEqual([200, 200]);
    await own.ask('mutation { endSession { problems { code } } }', {}, { role: 'clerk', headers });
    await expect.poll(async () => (await at(other)).status).toBe(403);
  });

  it('ends by itself', async () => {
    await using other = await startHall({ access: {} });
    const headers = await other.serve(advice({ uscc: COMPANY }));
    expect((await other.ask(TAX, { uscc: COMPANY }, { role: 'clerk', headers })).errors).toBeUndefined();
    await other.advance(31 * MINUTE);
    expect((await other.ask(TAX, { uscc: COMPANY }, { role: 'clerk', headers })).status).toBe(403);
  });
});

describe('a citizen', () => {
  const signedIn = (person?: string) => hall.sandbox.token({ role: 'citizen', actor: 'somebody', ...(person && { person }) });
  const online = (idNumber: string) => ({ input: { ...advice({ idNumber }), evidence: 'ONLINE_SIGN_IN' } });

  it('sees themselves, nobody else, and who looked at them', async () => {
    const token = await signedIn(PERSON);
    const { data } = await hall.ask(OPEN_SESSION, online(PERSON), { token });
    const headers = { 'x-yimen-session': data.openSession.session.id };
    expect((await hall.ask(NAME, { id: PERSON }, { token, headers })).errors).toBeUndefined();
    const other = await hall.ask(OPEN_SESSION, online(STRANGER), { token });
    expect(other.data.openSession.problems).toMatchObject([{ code: 'NOT_YOURSELF' }]);
    const own = await hall.ask(LOG, { filter: day(), first: 100 }, { token });
    expect(own.data.accessLog.nodes.some(({ actor, action }: Row) => actor === 'somebody' && action === 'subject.read')).toBe(true);
    expect(new Set(own.data.accessLog.nodes.map(({ subject }: { subject: string }) => subject)).size).toBe(1);
    expect(code(await hall.ask(LOG, { filter: { ...day(), subject: { idNumber: STRANGER } } }, { token }))).toBe('FORBIDDEN');
  });

  it('whose issuer does not say who they are opens nothing', async () => {
    const { data } = await hall.ask(OPEN_SESSION, online(PERSON), { token: await signedIn() });
    expect(data.openSession.problems).toMatchObject([{ code: 'NOT_YOURSELF' }]);
  });
});

describe('a number in clear', () => {
  const UNMASK = 'mutation ($input: UnmaskInput!) { unmask(input: $input) { idNumber problems { code } } }';

  it('is shown for a reason, to whoever serves its owner, and written down', async () => {
    const headers = await hall.serve(advice({ idNumber: PERSON }));
    const unmask = (subject: object, reason: string) => asClerk(UNMASK, { input: { subject, reason } }, headers);
    expect((await unmask({ idNumber: PERSON }, '核对原件号码')).data.unmask.idNumber).toBe(PERSON);
    expect((await unmask({ idNumber: PERSON }, '看')).data.unmask.problems).toMatchObject([{ code: 'MISSING_REASON' }]);
    expect((await unmask({ idNumber: STRANGER }, '核对原件号码')).data.unmask.problems).toMatchObject([{ code: 'NO_SESSION' }]);
    const rows = await log({ subject: { idNumber: PERSON } });
    expect(rows.filter(({ action }) => action === 'subject.unmasked')).toMatchObject([{ reason: '核对原件号码', actor: 'sandbox-clerk' }]);
  });
});

interface Row {
  readonly action: string;
  readonly actor: string;
  readonly window: string | null;
  readonly purpose: string | null;
  readonly refused: boolean;
  readonly fields: readonly string[];
  readonly agencies: readonly string[];
}
const LOG =
  'query ($filter: AccessLogFilter!, $first: Int, $after: String) { accessLog(filter: $filter, first: $first, after: $after) { nodes { at action actor role window session purpose subject refused fields agencies reason } pageInfo { hasNextPage endCursor } } }';
const day = () => ({ from: new Date(Date.now() - 86_400_000).toISOString(), to: new Date(Date.now() + 86_400_000).toISOString() });
async function log(filter: object, at = hall): Promise<readonly Row[]> {
  const { data, errors } = await at.ask(LOG, { filter: { ...day(), ...filter }, first: 100 }, { role: 'auditor' });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.accessLog.nodes;
}

describe('the book of who saw what', () => {
  it('has a row for what was seen and one for what was refused, with window, purpose, fields and agencies; no number in clear', async () => {
    await using own = await startHall({ access: { bulk: [READER] } });
    const headers = await own.serve(advice({ idNumber: PERSON }));
    const query = 'query ($id: CitizenIdNumber!) { person(idNumber: $id) { identity { nameZh } household { address } } }';
    await own.ask(query, { id: PERSON }, { role: 'clerk', headers });
    const rows = await log({ subject: { idNumber: PERSON } }, own);
    expect(rows.map(({ action, refused }) => [action, refused])).toEqual([
      ['subject.read', true],
      ['subject.read', false],
      ['session.opened', false],
    ]);
    expect(rows[1]).toMatchObject({
      actor: 'sandbox-clerk',
      window: 'W01',
      purpose: 'CONSULTATION',
      fields: ['Person.identity.nameZh'],
      agencies: ['public-security'],
    });
    expect(rows[0]?.fields).toEqual(['Person.household.address']);
    expect(JSON.stringify(rows)).not.toContain(PERSON);
  });

  it('counts right: a row for every subject of every request, also when many ask at once', async () => {
    await using own = await startHall({ access: { bulk: [READER] } });
    const some = enterprises.slice(0, 20).map(({ uscc }) => uscc);
    await Promise.all(some.flatMap((uscc) => [1, 2, 3, 4, 5].map(() => own.ask(TAX, { uscc }))));
    for (const uscc of some) expect(await log({ subject: { uscc } }, own)).toHaveLength(5);
  });

  it('is for auditors and supervisors; pages neither lose nor repeat', async () => {
    expect(code(await hall.ask(LOG, { filter: day() }, { role: 'clerk' }))).toBe('FORBIDDEN');
    expect(code(await hall.ask(LOG, { filter: day() }, { role: 'citizen' }))).toBe('FORBIDDEN');
    const all = await log({ clerk: 'sandbox-clerk' });
    const seen: Row[] = [];
    let after: string | null = null;
    do {
      const { data } = await hall.ask(LOG, { filter: { ...day(), clerk: 'sandbox-clerk' }, first: 3, after }, { role: 'auditor' });
      seen.push(...data.accessLog.nodes);
      after = data.accessLog.pageInfo.hasNextPage ? data.accessLog.pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual(all);
  });
});

describe('explainAccess', () => {
  const EXPLAIN =
    'query ($field: String!, $purpose: PurposeInput!) { explainAccess(field: $field, purpose: $purpose) { allowed why items } }';
  it.each([
    ['Person.household.address', { kind: 'THEME', code: 'newborn' }, true],
    ['Person.household.address', { kind: 'CONSULTATION' }, false],
    ['Enterprise.registration', { kind: 'CONSULTATION' }, true],
  ])('%s for %j: %s', async (field, purpose, allowed) => {
    const { data } = await asClerk(EXPLAIN, { field, purpose });
    expect(data.explainAccess).toMatchObject({ allowed, why: expect.any(String) });
  });
});

describe('a machine', () => {
  it('reads what its grant names, so many a day, and every row is written down', async () => {
    const grant = { actor: 'sandbox-integrator', fields: ['Enterprise.tax.arrears'], perDay: 2 };
    await using own = await startHall({ access: { bulk: [grant] } });
    expect((await own.ask(TAX, { uscc: COMPANY })).errors).toBeUndefined();
    expect(code(await own.ask(NAME, { id: PERSON }))).toBe('FORBIDDEN');
    expect((await own.ask(TAX, { uscc: COMPANY })).errors).toBeUndefined();
    expect(code(await own.ask(TAX, { uscc: COMPANY }))).toBe('LIMIT_EXCEEDED');
    expect(await log({ clerk: 'sandbox-integrator' }, own)).toHaveLength(4);
  });
});

/** Budgets begin anew with every minute of the clock: what must fall into one is not begun at its end. */
async function withinOneMinute(): Promise<void> {
  const leftMs = 60_000 - (Date.now() % 60_000);
  if (leftMs < 5_000) await new Promise((resolve) => setTimeout(resolve, leftMs + 100));
}

describe('T12: people cannot be counted through', () => {
  it('101 aliases of a field of a person cost 101', async () => {
    await using own = await startHall({ access: { personsPerMinute: 100 }, limits: { aliases: 200 } });
    await withinOneMinute();
    const headers = await own.serve(advice({ idNumber: PERSON }));
    const aliases = Array.from({ length: 101 }, (_, i) => `a${i}: identity { nameZh }`).join(' ');
    const answer = await own.ask(
      `query ($id: CitizenIdNumber!) { person(idNumber: $id) { ${aliases} } }`,
      { id: PERSON },
      { role: 'clerk', headers },
    );
    const limited = answer.errors?.filter(({ extensions }) => extensions['code'] === 'LIMIT_EXCEEDED');
    expect(limited).toHaveLength(1);
    expect(code(await own.ask(NAME, { id: PERSON }, { role: 'clerk', headers }))).toBe('LIMIT_EXCEEDED');
  });

  const machine = (actor: string) => ({ actor, fields: ['Person'], perDay: 1_000 });
  const limitOf = ({ errors }: Awaited<ReturnType<Hall['ask']>>) => errors?.[0]?.extensions['limit'];

  it('one caller reads of so many different persons, and what is left is said', async () => {
    await using own = await startHall({ access: { bulk: [machine('sandbox-integrator')], differentPersonsPerMinute: 3 } });
    await withinOneMinute();
    const ids = persons.slice(0, 4).map(({ idNumber }) => idNumber);
    const answers = [];
    for (const id of [...ids, ...ids]) answers.push(await own.ask(NAME, { id }));
    expect(answers.map(limitOf)).toEqual([
      undefined,
      undefined,
      undefined,
      'different-persons',
      undefined,
      undefined,
      undefined,
      'different-persons',
    ]);
    expect(answers[3]?.errors?.[0]?.extensions).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      retryable: true,
      retryAfterMs: expect.any(Number),
    });
    const reply = await fetch(`${own.url}/graphql`, {
      method: 'POST',
      headers: { ...(await own.signed('integrator', 'POST', '/graphql')), 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    expect(reply.headers.get('ratelimit')).toMatch(/^"actor";r=\d+;t=\d+, "persons";r=594;t=\d+, "different-persons";r=0;t=\d+$/);
    expect(reply.headers.get('ratelimit-policy')).toMatch(/, "persons";q=600;w=60, "different-persons";q=3;w=60$/);
  });

  it('one person is looked at so many times, by whomever', async () => {
    const machines = ['one', 'two', 'three'].map(machine);
    await using own = await startHall({ access: { bulk: machines, looksAtOnePerMinute: 2 } });
    await withinOneMinute();
    const limits = [];
    for (const { actor } of machines) {
      const token = await own.sandbox.token({ role: 'integrator', actor });
      limits.push(limitOf(await own.ask(NAME, { id: PERSON }, { token })), limitOf(await own.ask(NAME, { id: STRANGER }, { token })));
    }
    expect(limits).toEqual([undefined, undefined, undefined, undefined, 'person', 'person']);
  });

  it.skipIf(noServer !== undefined)('is one budget at every gateway: what was read at one is gone at the other', async () => {
    await using redis = await ownRedis();
    const access = { bulk: [machine('sandbox-integrator')], personsPerMinute: 10, differentPersonsPerMinute: 5 };
    await using own = await startHall({ access }, { REDIS_URL: redis.url });
    await using other = await own.replica();
    await expect.poll(async () => (await redis.names())?.length ?? 0, { timeout: 3_000 }).toBeGreaterThan(0);
    await withinOneMinute();
    const aliases = `query ($id: CitizenIdNumber!) { person(idNumber: $id) { ${Array.from({ length: 8 }, (_, i) => `a${i}: identity { nameZh }`).join(' ')} } }`;
    const refusedAt = async (it: Pick<Hall, 'ask'>) =>
      (await it.ask(aliases, { id: PERSON })).errors?.filter(({ extensions }) => extensions['limit'] === 'persons').length ?? 0;
    expect([await refusedAt(own), await refusedAt(other)]).toEqual([0, 6]);
    for (const name of (await redis.names()) ?? []) expect(name).toMatch(/^[\w-]{43}$/);
  });
});

describe('settings of access', () => {
  it.each([
    ['a field that the schema does not have', { grants: { CONSULTATION: ['Person.salary'] } }, /Person\.salary/],
    ['a bulk grant for it', { bulk: [{ actor: 'x', fields: ['Enterprise.nothing'], perDay: 1 }] }, /Enterprise\.nothing/],
    ['a purpose that is none', { grants: { CURIOSITY: ['Person'] } }, /access\.grants/],
  ])('%s ends the start', async (_, access, sentence) => {
    await expect(startHall({ access })).rejects.toThrow(sentence);
  });

  it('a hall grants advice more', async () => {
    await using own = await startHall({ access: { grants: { CONSULTATION: ['Person.household.address'] } } });
    const headers = await own.serve(advice({ idNumber: PERSON }));
    expect((await own.ask(HOME, { id: PERSON }, { role: 'clerk', headers })).errors).toBeUndefined();
  });
});
