/** Paths of those who read: rightly, wrongly, from agencies that fail, and with requests that are wrong. */

import { createClient } from 'graphql-sse';
import { expect } from 'vitest';
import type { Canaries, CanaryPerson } from './canaries.ts';
import type { Asked, CanaryHall } from './hall.ts';
import type { Careless } from './line.ts';

/** Plants its canaries before the hall starts, and gives back the walk through it. */
export type Path = (canaries: Canaries) => (hall: CanaryHall) => Promise<void>;

const PERSON = `query ($idNumber: CitizenIdNumber!) { person(idNumber: $idNumber) { id idNumber
  identity { nameZh } household { address members { nameZh person { idNumber } } }
  socialInsurance { socialSecurityNumber } enterprises { items { nameZh } } certificates { items { type number } } } }`;
const ENTERPRISE = `query ($uscc: UnifiedSocialCreditCode!) { enterprise(uscc: $uscc) { id
  tax { creditGrade } socialInsurance { account } seals { items { number } } certificates { items { number } } } }`;
const OPEN = 'mutation ($input: OpenSessionInput!) { openSession(input: $input) { session { id } problems { code path message } } }';
const GET_PERSON = (number: string) => `{ person(idNumber: "${number}") { identity { nameZh } } }`;

const SECTIONS = [
  'identity { nameZh }',
  'socialInsurance { socialSecurityNumber }',
  'enterprises { items { nameZh } }',
  'certificates { items { number } }',
];

/** Opens a session of a subject for advice, as somebody; gives back the header that names it. */
export async function serving(
  hall: CanaryHall,
  path: string,
  subject: object,
  asked: Asked = {},
): Promise<Readonly<Record<string, string>>> {
  const evidence = asked.role === 'citizen' ? 'ONLINE_SIGN_IN' : 'IDENTITY_CARD';
  const { data } = await hall.ask(path, OPEN, { input: { subject, purpose: { kind: 'CONSULTATION' }, evidence } }, asked);
  expect(data.openSession.problems, path).toEqual([]);
  return { 'x-yimen-session': data.openSession.session.id };
}

/** What somebody with a right to it is shown. */
const shown = ({ nameZh, address }: CanaryPerson) => ({
  person: { identity: { nameZh }, household: { address, members: [{ nameZh }] } },
});

const rightly: Path = (canaries) => {
  const [person, enterprise] = [canaries.person('read'), canaries.enterprise('read')];
  const own = canaries.person('read by oneself');
  const bulk = canaries.person('read by a machine');
  return async (hall) => {
    const { idNumber } = person;
    const headers = await serving(hall, 'read', { idNumber });
    expect((await hall.ask('read', PERSON, { idNumber }, { headers, may: 'masked' })).data).toMatchObject(shown(person));
    const { uscc, seal, account } = enterprise;
    const others = await serving(hall, 'read', { uscc });
    const { data } = await hall.ask('read', ENTERPRISE, { uscc }, { headers: others, may: 'clear' });
    expect(data.enterprise).toMatchObject({ socialInsurance: { account }, seals: { items: [{ number: seal }] } });
    const citizen = { role: 'citizen', actor: 'canary-own', person: own.idNumber } as const;
    const mine = await serving(hall, 'read by oneself', { idNumber: own.idNumber }, citizen);
    const seen = await hall.ask('read by oneself', PERSON, { idNumber: own.idNumber }, { ...citizen, headers: mine, may: 'masked' });
    expect(seen.data).toMatchObject(shown(own));
    const machine = { role: 'integrator', actor: 'bulk-reader', may: 'masked' } as const;
    expect((await hall.ask('read by a machine', PERSON, { idNumber: bulk.idNumber }, machine)).data).toMatchObject(shown(bulk));
    await wrongly(hall, 'read', person, headers);
    await hall.ask('read', ENTERPRISE, { uscc }, { role: 'kiosk' });
    await hall.ask('read', ENTERPRISE, { uscc }, { actor: 'canary-other', headers: others });
  };
};

/** Everybody who has no right: without a session, with somebody else's, as a citizen, a kiosk, a machine. */
async function wrongly(hall: CanaryHall, path: string, { idNumber }: CanaryPerson, headers: Asked['headers'] = {}): Promise<void> {
  const foreign = await serving(hall, path, { idNumber: '321003199006039965' }, { actor: 'canary-other' });
  const asking: readonly Asked[] = [
    {},
    { actor: 'canary-other', headers },
    { actor: 'canary-other', headers: foreign },
    { role: 'kiosk' },
    { role: 'kiosk', headers },
    { role: 'citizen', person: '321003199006039965' },
    { role: 'integrator' },
    { role: 'officer' },
    { role: 'auditor', headers },
  ];
  for (const asked of asking) {
    const { data } = await hall.ask(path, PERSON, { idNumber }, asked);
    expect(data?.person?.identity ?? null, JSON.stringify(asked)).toBeNull();
  }
}

const refused: Path = (canaries) => {
  const person = canaries.person('refused');
  return (hall) => wrongly(hall, 'refused', person);
};

const relation: Path = (canaries) => {
  const [served, other] = [canaries.person('relation'), canaries.person('relation')];
  const reference = canaries.words('relation');
  return async (hall) => {
    for (const kind of ['HOUSEHOLD', 'AUTHORISED']) {
      const others = [{ subject: { idNumber: other.idNumber }, relation: kind }];
      const input = { subject: { idNumber: served.idNumber }, purpose: { kind: 'CONSULTATION' }, evidence: 'IDENTITY_CARD', others };
      expect((await hall.ask('relation', OPEN, { input })).data.openSession.problems).toHaveLength(1);
    }
    const input = {
      subject: { idNumber: served.idNumber },
      purpose: { kind: 'CONSULTATION' },
      evidence: 'WRITTEN_AUTHORISATION',
      reference,
    };
    expect((await hall.ask('relation', OPEN, { input })).data.openSession.problems).toEqual([]);
    const citizen = { role: 'citizen', person: other.idNumber } as const;
    const wanted = { ...input, evidence: 'ONLINE_SIGN_IN' };
    expect((await hall.ask('relation', OPEN, { input: wanted }, citizen)).data.openSession.problems).toMatchObject([
      { code: 'NOT_YOURSELF' },
    ]);
  };
};

const unmasked: Path = (canaries) => {
  const person = canaries.person('unmask');
  return async (hall) => {
    const { idNumber } = person;
    const subject = { idNumber };
    const unmask = 'mutation ($input: UnmaskInput!) { unmask(input: $input) { idNumber problems { code message } } }';
    const input = { subject, reason: '核对证件' };
    expect((await hall.ask('unmask', unmask, { input })).data.unmask.idNumber).toBeNull();
    const headers = await serving(hall, 'unmask', subject);
    expect((await hall.ask('unmask', unmask, { input }, { headers, may: 'clear' })).data.unmask.idNumber).toBe(idNumber);
    const supervisor = { role: 'supervisor' } as const;
    const theirs = await serving(hall, 'unmask', subject, supervisor);
    const { data } = await hall.ask('unmask', PERSON, { idNumber }, { ...supervisor, headers: theirs, may: 'clear' });
    expect(data.person.idNumber).toBe(idNumber);
    const log = `query ($filter: AccessLogFilter!) { accessLog(filter: $filter, first: 100) { nodes { action actor subject fields reason } } }`;
    const day = 86_400_000;
    const filter = { subject, from: new Date(Date.now() - day), to: new Date(Date.now() + day) };
    const rows = (await hall.ask('unmask', log, { filter }, { role: 'auditor' })).data.accessLog.nodes;
    expect(rows.some(({ action }: { action: string }) => action === 'subject.unmasked')).toBe(true);
  };
};

const written: Path = (canaries) => {
  const person = canaries.person('wrong requests');
  const wrong = canaries.wrongNumber('wrong requests');
  return async (hall) => {
    const path = 'wrong requests';
    const { idNumber, nameZh } = person;
    const signed = await hall.signed({}, 'POST', '/graphql');
    const json = { ...signed, 'content-type': 'application/json' };
    const post = (body: string, headers: object = {}) =>
      hall.send(path, '/graphql', { method: 'POST', headers: { ...json, ...headers }, body });
    for (const number of [idNumber, wrong]) {
      const get = async (at: string) => hall.send(path, at, { headers: await hall.signed({}, 'GET', at) });
      await get(`/graphql?query=${encodeURIComponent(GET_PERSON(number))}`);
      await get(`/graphql?query=${encodeURIComponent(PERSON)}&variables=${encodeURIComponent(JSON.stringify({ idNumber: number }))}`);
      for (const at of ['files', 'notices', 'callbacks', 'health', 'run/backup', 'nowhere']) await get(`/${at}/${number}`);
      await get(`/notices?code=${number}`);
      await hall.send(path, `/callbacks/${number}`, { method: 'POST', headers: json, body: JSON.stringify({ idNumber: number, nameZh }) });
      const documents = [
        GET_PERSON(number).slice(0, -6),
        `{ person(idNumber: ${number}) { identity { nameZh } } }`,
        `{ person(idNumber: "${number}") { identity { name${number} } } }`,
        `{ person(idNumber: "${number}", nameZh: "${nameZh}") { nothing } }`,
        `{ person(idNumber: "${number}") { ...X${number} } }`,
        `query ($x: X${number}) { agencies { nodes { code } } }`,
        `{ "${number}" "${nameZh}" }`,
        `{ accessLog(filter: { clerk: ${number}, from: "${nameZh}" }) { nodes { at } } }`,
        `{ serviceItems(first: ${number}) { nodes { slug } } }`,
        `mutation { openSession(input: { subject: { idNumber: "${number}" }, purpose: { kind: "${nameZh}" }, evidence: X${number} }) { problems { code } } }`,
      ];
      for (const query of documents) await post(JSON.stringify({ query }));
      const brought = [
        { idNumber: number, nameZh },
        { idNumber: [number] },
        { idNumber: `${number} ` },
        { idNumber: { [number]: nameZh } },
        { idNumber: Number(number) },
        { [`id${number}`]: number },
      ];
      for (const variables of brought) await post(JSON.stringify({ query: PERSON, variables }));
      await post(JSON.stringify({ query: '{ __typename }', operationName: number }));
      await post(
        JSON.stringify({
          query: PERSON,
          variables: { idNumber: number },
          extensions: { persistedQuery: { version: 1, sha256Hash: number } },
        }),
      );
      await post(`{"query": "${number}`);
      await post(`${number}${nameZh}`);
      await post(`{"query": "{ __typename }", "${number}": 1, "${number}": 2, "__proto__": {"${nameZh}": 1}}`);
      await post('{}', { 'content-type': `text/plain; name=${number}` });
      for (const header of ['x-yimen-session', 'x-yimen-ticket', 'x-yimen-within', 'x-yimen-deadline', 'x-forwarded-for', 'traceparent'])
        await post(JSON.stringify({ query: '{ __typename }' }), { [header]: number });
      await post(JSON.stringify({ query: '{ __typename }' }), { authorization: `Bearer ${number}` });
      await post(JSON.stringify({ query: '{ __typename }' }), {
        authorization: `Bearer e30.${Buffer.from(number).toString('base64url')}.x`,
      });
    }
  };
};

/** Which section is asked of whom. */
const SECTION_OF: Readonly<Record<string, string>> = {
  'public-security': 'identity { nameZh }',
  'social-security': 'socialInsurance { socialSecurityNumber }',
  'market-regulation': 'enterprises { items { nameZh } }',
  provincial: 'certificates { items { number } }',
};
const TROUBLES = ['down', 'hang', 'error', 'hostile'] as const;
const CARELESS: readonly Careless[] = ['code', 'json', 'page', 'status', 'location', 'length'];

interface Trouble {
  readonly path: string;
  readonly person: CanaryPerson;
  start(hall: CanaryHall): void | Promise<void>;
}

function troublesOf(connector: string, canaries: Canaries): readonly Trouble[] {
  const troubles = TROUBLES.map((fault): Trouble => {
    const path = `${connector} ${fault}`;
    return { path, person: canaries.person(path), start: ({ sandbox }) => sandbox.setFault(connector, fault) };
  });
  const careless = CARELESS.map((how): Trouble => {
    const path = `${connector} tells it in a ${how}`;
    const person = canaries.person(path);
    return { path, person, start: ({ line }) => line.careless(connector, how, `${person.idNumber}${person.nameZh}`) };
  });
  return [...careless, ...troubles];
}

const troubled: Path = (canaries) => {
  const all = Object.entries(SECTION_OF).map(([connector, section]) => ({ connector, section, troubles: troublesOf(connector, canaries) }));
  const others = canaries.others();
  return async (hall) => {
    const read = async (path: string, { idNumber }: Pick<CanaryPerson, 'idNumber'>, section: string) => {
      const headers = await serving(hall, path, { idNumber });
      const query = `query ($idNumber: CitizenIdNumber!) { person(idNumber: $idNumber) { ${section} } }`;
      return (await hall.ask(path, query, { idNumber }, { headers: { ...headers, 'x-yimen-deadline': '900ms' }, may: 'masked' })).errors;
    };
    // Agencies do not know each other; of one, one trouble after the other.
    await Promise.all(
      all.map(async ({ connector, section, troubles }) => {
        for (const { path, person, start } of troubles) {
          await start(hall);
          const errors = await read(path, person, section);
          expect(errors, path).toMatchObject([{ extensions: { code: expect.stringMatching(/^AGENCY_/) } }]);
          await hall.sandbox.setFault(connector, 'none');
          hall.line.careless(connector, undefined);
          // Else the breaker would keep the last troubles from being asked for.
          expect(await read('an agency in order', others.next().value, section), `after ${path}`).toBeUndefined();
        }
      }),
    );
    expect(hall.line.said).toBeGreaterThanOrEqual(all.length * CARELESS.length);
  };
};

const late: Path = (canaries) => {
  const person = canaries.person('ticket');
  return async (hall) => {
    const { idNumber } = person;
    const headers = await serving(hall, 'ticket', { idNumber });
    await hall.sandbox.setFault('social-security', 'slow');
    const query = `query ($idNumber: CitizenIdNumber!) { person(idNumber: $idNumber) { ${SECTIONS[1]} } }`;
    const { errors } = await hall.ask('ticket', query, { idNumber }, { headers: { ...headers, 'x-yimen-within': '50ms' } });
    const ticket = errors[0].extensions.ticket;
    const arrived =
      'subscription ($ticket: ID!) { sectionArrived(ticket: $ticket) { section record { __typename ... on PersonSocialInsuranceRecord { socialSecurityNumber } } } }';
    // Whoever found the ticket on a screen.
    expect(await streamed(hall, arrived, { ticket }, { actor: 'canary-other', headers })).not.toContain('SSCANARY');
    expect(await streamed(hall, arrived, { ticket }, { headers })).toContain('SSCANARY');
    await hall.sandbox.setFault('social-security', 'none');
  };
};

/** Everything that a stream says until it ends. */
async function streamed(hall: CanaryHall, query: string, variables: Record<string, unknown>, asked: Asked): Promise<string> {
  const headers = { ...(await hall.signed(asked, 'POST', '/graphql/stream')), ...asked.headers };
  const client = createClient({ url: `${hall.url}/graphql/stream`, headers, retryAttempts: 0 });
  const said: unknown[] = [];
  try {
    for await (const answer of client.iterate({ query, variables })) said.push(answer);
  } catch (cause) {
    said.push(String(cause));
  } finally {
    client.dispose();
  }
  return JSON.stringify(said);
}

const planned: Path = (canaries) => {
  const [applicant, agent] = [canaries.person('guide'), canaries.person('guide')];
  return async (hall) => {
    const people = [
      { role: 'LEGAL_REPRESENTATIVE', idNumber: applicant.idNumber },
      { role: 'AGENT', idNumber: agent.idNumber },
    ];
    const input = { theme: 'open-company', answers: [], applicant: { idNumber: applicant.idNumber, people } };
    const query =
      'query ($input: GuideInput!) { guide(input: $input) { notice { lines { material { nameZh } kind } } chart { svg mermaid } noticeDocument { html code } } }';
    const headers = await serving(hall, 'guide', { idNumber: applicant.idNumber });
    const { data } = await hall.ask('guide', query, { input }, { headers });
    // A printed notice lies about: whoever finds it looks its code up.
    const { status } = await hall.send('guide', `/notices/${encodeURIComponent(data.guide.noticeDocument.code)}`, {});
    expect(status).toBe(200);
  };
};

/** All paths of reading, in the order in which they are walked. */
export const READING: readonly Path[] = [rightly, refused, relation, unmasked, written, late, planned, troubled];
