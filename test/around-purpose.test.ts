/** Ways around a purpose: what was let in for one field is no door to another, and what was seen stays written down. */
import { createClient } from 'graphql-sse';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hall, startHall } from './harness.ts';

const USCC = '91321071990000017N';
const PERSON = '321012198812139970';
const NEWBORN = { subject: { idNumber: PERSON }, purpose: { kind: 'THEME', code: 'newborn' } };
const OPEN_SESSION = 'mutation ($input: OpenSessionInput!) { openSession(input: $input) { session { id } problems { code path } } }';

const day = () => ({ from: new Date(Date.now() - 86_400_000).toISOString(), to: new Date(Date.now() + 86_400_000).toISOString() });
interface Row {
  readonly refused: boolean;
  readonly fields: readonly string[];
}
async function looksAt(hall: Hall, subject: object): Promise<readonly Row[]> {
  const query = 'query ($filter: AccessLogFilter!) { accessLog(filter: $filter, first: 100) { nodes { action refused fields } } }';
  const { data } = await hall.ask(query, { filter: { ...day(), subject } }, { role: 'auditor' });
  return data.accessLog.nodes.filter(({ action }: { action: string }) => action === 'subject.read');
}

describe('what arrives late', () => {
  const ARRIVED = `subscription ($ticket: ID!) { sectionArrived(ticket: $ticket) { record {
    ... on RegistrationRecord { nameZh } ... on HouseholdRecord { division } } } }`;
  let hall: Hall;
  let headers: Readonly<Record<string, string>>;
  beforeAll(async () => {
    hall = await startHall({ access: {} });
    headers = await hall.serve(NEWBORN);
  });
  afterAll(() => hall?.[Symbol.asyncDispose]());

  async function ticketOf(agency: string, query: string): Promise<string> {
    hall.agencies.find(({ id }) => id === agency)?.setLatency(300);
    const early = await hall.ask(query, {}, { role: 'clerk', headers: { ...headers, 'x-yimen-within': '50ms' } });
    return String(early.errors?.[0]?.extensions['ticket']);
  }

  async function arrived(ticket: string, query = ARRIVED) {
    const client = createClient({
      url: `${hall.url}/graphql/stream`,
      headers: { authorization: `Bearer ${await hall.token('clerk')}`, ...headers },
      retryAttempts: 0,
    });
    for await (const result of client.iterate<{ sectionArrived: { record: object | null } }>({ query, variables: { ticket } })) {
      client.dispose();
      return result;
    }
    return undefined;
  }

  it('is looked at by its own section, whatever the same document was sent with before', async () => {
    const registration = await ticketOf('market-regulation', `{ enterprise(uscc: "${USCC}") { registration { nameZh } } }`);
    expect((await arrived(registration))?.data?.sectionArrived.record).toMatchObject({ nameZh: expect.any(String) });
    const household = await ticketOf('public-security', `{ person(idNumber: "${PERSON}") { household { householdId } } }`);
    const late = await arrived(household);
    expect(late?.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', fields: ['Person.household.division'] });
    expect(late?.data?.sectionArrived.record).toBeNull();
    const asked = await arrived(household, ARRIVED.replace('division', 'householdId'));
    expect(asked?.data?.sectionArrived.record).toMatchObject({ householdId: expect.any(String) });
  });
});

describe('one look too many', () => {
  it('is refused, and those before it are written down as seen', async () => {
    await using hall = await startHall({ access: { personsPerMinute: 3 } });
    const headers = await hall.serve({ subject: { idNumber: PERSON }, purpose: { kind: 'CONSULTATION' } });
    const query = `{ person(idNumber: "${PERSON}") { ${[1, 2, 3, 4].map((i) => `a${i}: identity { nameZh }`).join(' ')} } }`;
    const answer = await hall.ask(query, {}, { role: 'clerk', headers });
    expect(answer.data.person).toMatchObject({ a3: { nameZh: expect.any(String) }, a4: null });
    expect(await looksAt(hall, { idNumber: PERSON })).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ refused: false, fields: ['Person.identity.nameZh'] }),
        expect.objectContaining({ refused: true, fields: ['Person.identity.nameZh'] }),
      ]),
    );
  });

  it('counts what a guide looks at, and the plan comes all the same', async () => {
    const grant = { actor: 'sandbox-integrator', fields: ['Enterprise', 'Person'], perDay: 1 };
    await using hall = await startHall({ access: { bulk: [grant] } });
    const query = `{ guide(input: { theme: "deregister-company", applicant: { uscc: "${USCC}" } }) { steps { item { slug } } unchecked { consequence } } }`;
    const { data } = await hall.ask(query);
    expect(data.guide.steps.length).toBeGreaterThan(0);
    expect(data.guide.unchecked.length).toBeGreaterThan(0);
    const seen = await looksAt(hall, { uscc: USCC });
    const sections = new Set(seen.filter(({ refused }) => !refused).flatMap(({ fields }) => fields.map((path) => path.split('.')[1])));
    // What is public needs no grant.
    expect([...sections].filter((section) => !['registration', 'permits', 'projects', 'credit'].includes(section ?? ''))).toHaveLength(1);
  });

  it('what a dead agency did not say is not called seen', async () => {
    await using hall = await startHall();
    await hall.fault('tax', 'down');
    await hall.ask(`{ enterprise(uscc: "${USCC}") { registration { nameZh } tax { arrears } } }`);
    const rows = await looksAt(hall, { uscc: USCC });
    expect(rows).toMatchObject([{ refused: false, fields: ['Enterprise.registration.nameZh'] }]);
  });
});

describe('opening a session', () => {
  let hall: Hall;
  beforeAll(async () => {
    hall = await startHall();
  });
  afterAll(() => hall?.[Symbol.asyncDispose]());

  it('with public security away: a relation cannot be checked, which is not to say that there is none', async () => {
    await hall.fault('public-security', 'down');
    const others = [{ subject: { idNumber: '321012198705099969' }, relation: 'HOUSEHOLD' }];
    const input = { ...NEWBORN, others, evidence: 'IDENTITY_CARD' };
    const { data } = await hall.ask(OPEN_SESSION, { input }, { role: 'clerk' });
    expect(data.openSession).toEqual({ session: null, problems: [{ code: 'RELATION_UNCHECKED', path: 'others/0/relation' }] });
    await hall.fault('public-security', 'none');
  });

  it('tells a citizen nothing of cases: one that is another’s is like one that is not there', async () => {
    const opened = await hall.ask(
      'mutation ($input: OpenCaseInput!) { openCase(input: $input) { case { number } } }',
      { input: { items: ['gov-feasibility'], applicant: { uscc: USCC, nameZh: '示例公司' } } },
      { role: 'clerk' },
    );
    const { number } = opened.data.openCase.case;
    const token = await hall.sandbox.token({ role: 'citizen', person: PERSON });
    const explain = 'query ($purpose: PurposeInput!) { explainAccess(field: "Person.household", purpose: $purpose) { items } }';
    const told = async (code: string) => {
      const purpose = { kind: 'CASE', code };
      const session = await hall.ask(
        OPEN_SESSION,
        { input: { subject: { idNumber: PERSON }, purpose, evidence: 'ONLINE_SIGN_IN' } },
        { token },
      );
      const { data, errors } = await hall.ask(explain, { purpose }, { token });
      return [session.data.openSession.problems, data ?? null, errors?.map(({ message }) => message)];
    };
    expect(await told(number)).toEqual(await told('9999999999999999'));
  });

  it('whoever guesses tokens at any door is stopped', async () => {
    await using own = await startHall({ requests: { refusedPerAddress: 4 } });
    const headers = { authorization: 'Bearer guess' };
    const statuses = [];
    for (const path of ['/metrics', '/schema.graphql', '/files/x', '/metrics', '/schema.graphql', '/files/x'])
      statuses.push((await request(`${own.url}${path}`, { headers })).statusCode);
    expect(statuses).toEqual([401, 401, 401, 401, 429, 429]);
  });
});
