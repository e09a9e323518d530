/** Paths of those who hand something in, tell something, or are there when the hall breaks. */
import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'graphql-sse';
import { Client } from 'pg';
import { expect } from 'vitest';
import { openCatalogue } from '../../src/app.ts';
import { maskCitizenId } from '../../src/codes/index.ts';
import { filledForm } from '../filled-form.ts';
import type { CanaryEnterprise, CanaryPerson } from './canaries.ts';
import type { Asked, CanaryHall, Heard } from './hall.ts';
import { type Path, serving } from './reading.ts';

const BUREAU_ITEM = 'gov-feasibility';
const DESK_ITEM = 'si-registration';
const DAY_MS = 86_400_000;
const LATER = { timeout: 15_000, interval: 50 };
const NOW = 'case { number status items { id phase } } problems { code path message }';
const SHOWN = `query ($number: CaseNumber!) { case(number: $number) { number form items { id phase reason reference correction { what } result { number } }
  materials { material { id } number file { id } } messages { kind state note } delivery { state note trackingNumber } events { kind why actor } } }`;

type Done = {
  readonly case: { readonly number: string; readonly items: readonly { readonly id: string; readonly phase: string }[] } | null;
  readonly problems: readonly object[];
};

/** Runs a mutation; whoever is staff may see what it gives back, an identity number masked. */
async function doing(
  hall: CanaryHall,
  path: string,
  name: string,
  input: object,
  asked: Asked = {},
): Promise<{ readonly done?: Done; readonly errors?: readonly object[] }> {
  const query = `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${NOW} } }`;
  const { data, errors } = await hall.ask(path, query, { input }, { may: 'masked', ...asked });
  return { done: data?.[name], errors };
}

async function done(hall: CanaryHall, path: string, name: string, input: object, asked: Asked = {}): Promise<NonNullable<Done['case']>> {
  const { done: found, errors } = await doing(hall, path, name, input, asked);
  expect([errors, found?.problems], `${path}: ${name}`).toEqual([undefined, []]);
  if (!found?.case) throw new Error(`${path}: ${name} gave no case`);
  return found.case;
}

interface Wanted {
  readonly path: string;
  readonly item: string;
  readonly uscc?: string;
  readonly person: CanaryPerson;
  readonly agent?: CanaryPerson;
  /** Numbers of papers that are brought, by material. */
  readonly brought: Readonly<Record<string, string>>;
}

/** Opens a case, fills its form with a person's data and brings what nobody holds. */
async function filled(hall: CanaryHall, { path, item, uscc, person, agent, brought }: Wanted): Promise<string> {
  const { idNumber, nameZh, phone, address } = person;
  const people = [
    { role: 'LEGAL_REPRESENTATIVE', idNumber },
    { role: 'AGENT', idNumber: (agent ?? person).idNumber },
  ];
  const applicant = { ...(uscc ? { uscc } : { idNumber }), nameZh, phone, people };
  const { number } = await done(hall, path, 'openCase', { items: [item], applicant, delivery: { method: 'COURIER', address } });
  const catalogue = openCatalogue(undefined);
  const form = filledForm(catalogue.item(item) ? [catalogue.item(item) as never] : [], catalogue);
  await done(hall, path, 'saveForm', { number, form: { ...form, 'contact-name': nameZh, 'contact-phone': phone } });
  for (const [material, certificateNumber] of Object.entries(brought))
    await done(hall, path, 'attachMaterial', { number, material, certificateNumber });
  return number;
}

const phaseOf = async (hall: CanaryHall, path: string, number: string): Promise<string> =>
  (await hall.ask(path, SHOWN, { number }, { may: 'masked' })).data.case.items[0].phase;

const messagesOf = async (hall: CanaryHall, path: string, number: string): Promise<readonly { state: string }[]> =>
  (await hall.ask(path, SHOWN, { number }, { may: 'masked' })).data.case.messages;

const PDF = (words: string) => Buffer.from(`%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n% ${words}\ntrailer<</Root 1 0 R>>\n%%EOF\n`);

async function upload(
  hall: CanaryHall,
  path: string,
  body: Buffer,
  name: string,
  may: Heard['may'] = 'nothing',
): Promise<{ readonly id?: string }> {
  const headers = {
    ...(await hall.signed({}, 'POST', '/files')),
    'content-type': 'application/pdf',
    'x-file-name': encodeURIComponent(name),
  };
  return JSON.parse((await hall.send(path, '/files', { method: 'POST', headers, body }, may)).text) as { id?: string };
}

const SI_PAPERS = { 'business-licence': '示例-1', 'power-of-attorney': '示例-1', 'bank-account': '示例-1' };
const BUREAU_PAPERS = { 'org-certificate': '示例-1', 'project-report': '示例-1', 'site-opinion': '示例-1' };

/** A case that goes to an agency: with papers that agencies hold, a file, and eyes that may not see it. */
const handedIn: Path = (canaries) => {
  const path = 'case';
  const [person, agent, enterprise] = [canaries.person(path), canaries.person(path), canaries.enterprise(path)];
  const [fileName, content] = [canaries.words(path), canaries.words(path)];
  return async (hall) => {
    const number = await filled(hall, { path, item: DESK_ITEM, uscc: enterprise.uscc, person, agent, brought: SI_PAPERS });
    const file = await upload(hall, path, PDF(content), `${fileName}.pdf`, 'masked');
    await done(hall, path, 'attachMaterial', { number, material: 'bank-account', file: file.id });
    await upload(hall, path, Buffer.from(`<html>${content}`), `${fileName}.pdf`);
    await upload(hall, path, PDF(content), `../${fileName}.pdf`);
    // Whatever a client takes for a key, it is none of the hall's business.
    await done(hall, path, 'submitCase', { number, idempotencyKey: person.idNumber });
    await expect.poll(() => phaseOf(hall, path, number), LATER).toBe('RECEIVED');
    await othersLook(hall, path, number, file.id ?? '');
    const headers = await serving(hall, path, { uscc: enterprise.uscc });
    await hall.ask(
      path,
      'query ($uscc: UnifiedSocialCreditCode!) { enterprise(uscc: $uscc) { seals { items { number } } } }',
      enterprise as CanaryEnterprise & Record<string, string>,
      { headers, may: 'masked' },
    );
  };
};

async function othersLook(hall: CanaryHall, path: string, number: string, file: string): Promise<void> {
  const asking: readonly Asked[] = [
    { role: 'citizen', person: '321003199006039965' },
    { role: 'kiosk' },
    { role: 'integrator' },
    { role: 'integrator', actor: 'bulk-reader' },
    { role: 'auditor', may: 'masked' },
  ];
  for (const asked of asking) {
    await hall.ask(path, SHOWN, { number }, asked);
    await hall.ask(path, `{ cases(first: 20) { nodes { number form materials { number } events { why } } } }`, {}, asked);
    await hall.send(path, `/files/${file}`, { headers: await hall.signed(asked, 'GET', `/files/${file}`) }, asked.may);
  }
}

/** A case that the hall's own bureau decides; the applicant is told, and gets the result by courier. */
const decided: Path = (canaries) => {
  const path = 'bureau';
  const person = canaries.person(path);
  return async (hall) => {
    const number = await filled(hall, { path, item: BUREAU_ITEM, person, brought: { ...BUREAU_PAPERS, 'agent-id': person.idNumber } });
    const [item] = (await done(hall, path, 'submitCase', { number, idempotencyKey: 'bureau' })).items;
    await done(hall, path, 'decide', { item: item?.id, decision: 'GRANT', resultNumber: '示例-7' }, { role: 'officer' });
    await expect.poll(async () => (await hall.sandbox.applications('ems')).length, LATER).toBeGreaterThan(0);
    await expect.poll(() => messagesOf(hall, path, number), LATER).not.toEqual([]);
    const { materials } = (await hall.ask(path, SHOWN, { number }, { may: 'masked' })).data.case;
    const shown = materials.find(({ material }: { material: { id: string } }) => material.id === 'agent-id').number;
    expect(shown).toBe(maskCitizenId(person.idNumber));
    const headers = { authorization: (await hall.signed({ role: 'auditor' }, 'POST', '/'))['authorization'] ?? '' };
    const client = createClient({ url: `${hall.url}/graphql/stream`, headers, retryAttempts: 0 });
    const query = 'subscription { caseUpdated(after: "0.0") { eventId kind caseNumber why actor item { slug } } }';
    for await (const answer of client.iterate({ query })) {
      hall.told(path, JSON.stringify(answer));
      if (JSON.stringify(answer).includes('granted')) break;
    }
    client.dispose();
  };
};

/** What staff write, with an identity number in it as nobody should: a reason, what must be mended. */
const worded: Path = (canaries) => {
  const path = 'words';
  const [person, enterprise] = [canaries.person(path), canaries.enterprise(path)];
  const words = canaries.words(path);
  return async (hall) => {
    const said = `${words}（${person.idNumber}）`;
    const officer = { role: 'officer' } as const;
    const number = await filled(hall, { path, item: BUREAU_ITEM, person, brought: { ...BUREAU_PAPERS, 'agent-id': '示例-1' } });
    const [item] = (await done(hall, path, 'submitCase', { number, idempotencyKey: 'words' })).items;
    const points = [{ material: 'project-report', what: said }];
    await done(hall, path, 'requestCorrection', { item: item?.id, points }, officer);
    await done(hall, path, 'decide', { item: item?.id, decision: 'REFUSE', reason: said }, officer);
    const other = await filled(hall, { path, item: DESK_ITEM, uscc: enterprise.uscc, person, brought: SI_PAPERS });
    await done(hall, path, 'submitCase', { number: other, idempotencyKey: 'words 2' });
    await expect.poll(() => phaseOf(hall, path, other), LATER).toBe('RECEIVED');
    await done(hall, path, 'withdraw', { number: other, reason: said });
    const subject = { idNumber: person.idNumber };
    const headers = await serving(hall, path, subject);
    const unmask = 'mutation ($input: UnmaskInput!) { unmask(input: $input) { idNumber problems { code } } }';
    await hall.ask(path, unmask, { input: { subject, reason: said } }, { headers, may: 'clear' });
    const log = 'query ($filter: AccessLogFilter!) { accessLog(filter: $filter) { nodes { action subject reason } } }';
    const filter = { subject, from: new Date(Date.now() - DAY_MS), to: new Date(Date.now() + DAY_MS) };
    expect(JSON.stringify(await hall.ask(path, log, { filter }, { role: 'auditor', may: 'masked' }))).toContain(words);
    await hall.yimen('case', 'export', number, '--out', join(hall.folder, 'evidence.json'));
  };
};

/** Desk and carrier tell everybody what they were handed: their calls are jobs, whose failures are written down. */
const toldOn: Path = (canaries) => {
  const path = 'a careless desk';
  const person = canaries.person(path);
  const enterprise = canaries.enterprise(path);
  return async (hall) => {
    const words = `${person.idNumber}${person.nameZh}${person.phone}`;
    const number = await filled(hall, { path, item: DESK_ITEM, uscc: enterprise.uscc, person, brought: SI_PAPERS });
    for (const [key, how] of [
      ['careless 1', 'json'],
      ['careless 2', 'code'],
    ] as const) {
      hall.line.careless('social-security', how, words);
      hall.line.careless('sms', how, words);
      const said = hall.line.said;
      if (how === 'json') await doing(hall, path, 'submitCase', { number, idempotencyKey: key });
      await expect.poll(() => hall.line.said, LATER).toBeGreaterThan(said);
    }
    hall.line.careless('social-security', undefined);
    const bureau = await filled(hall, { path, item: BUREAU_ITEM, person, brought: { ...BUREAU_PAPERS, 'agent-id': '示例-1' } });
    const [item] = (await done(hall, path, 'submitCase', { number: bureau, idempotencyKey: 'careless 3' })).items;
    const said = hall.line.said;
    await done(hall, path, 'decide', { item: item?.id, decision: 'GRANT' }, { role: 'officer' });
    await expect.poll(() => hall.line.said, LATER).toBeGreaterThan(said);
    hall.line.careless('sms', undefined);
  };
};

const PUSH_SECRET = 'sms-sandbox-push-secret';

/** Signed as the text gateway signs. */
function push(body: string): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const time = String(Date.now());
  const sign = createHmac('sha256', PUSH_SECRET).update(`${time}.${body}`).digest('hex');
  return { headers: { 'content-type': 'application/json', 'x-sms-time': time, 'x-sms-sign': sign }, body };
}

const calledBack: Path = (canaries) => {
  const path = 'call-back';
  const { idNumber, nameZh, phone } = canaries.person(path);
  return async (hall) => {
    const words = `${idNumber}${nameZh}${phone}`;
    const post = (connector: string, message: object) => hall.send(path, `/callbacks/${connector}`, { method: 'POST', ...message });
    const report = { reportId: 'canary', stat: 'UNDELIV', time: Date.now(), desc: words };
    const unknown = JSON.stringify({ clientMsgId: '00000000-0000-4000-8000-000000000000', report });
    expect((await post('sms', push(unknown))).status).toBeLessThan(300);
    for (const body of [
      words,
      `{"clientMsgId": "${words}`,
      JSON.stringify({ clientMsgId: words, report: words }),
      JSON.stringify({ [words]: words }),
    ]) {
      await post('sms', push(body));
      await post('sms', { ...push(body), body: `${body} ` });
      for (const connector of ['tax', 'social-security', 'market-regulation', 'public-security', 'provincial', 'ems', 'nobody'])
        await post(connector, { headers: { 'content-type': 'application/json', 'x-sign': words.slice(0, 18) }, body });
    }
  };
};

/** A statement that cannot run is logged, and it has values. */
const unkept: Path = (canaries) => {
  const path = 'a statement that fails';
  const person = canaries.person(path);
  const words = canaries.words(path);
  return async (hall) => {
    await using database = await connected(hall);
    const number = await filled(hall, { path, item: BUREAU_ITEM, person, brought: BUREAU_PAPERS });
    const failing = async (change: string, back: string, work: () => Promise<{ readonly errors?: readonly object[] }>) => {
      await database.query(change);
      expect((await work()).errors, change).toMatchObject([{ extensions: { code: 'INTERNAL' } }]);
      await database.query(back);
    };
    await failing(
      'alter table yimen.case_materials rename added_by to gone',
      'alter table yimen.case_materials rename gone to added_by',
      () => doing(hall, path, 'attachMaterial', { number, material: 'agent-id', certificateNumber: `${person.idNumber}${words}` }),
    );
    const check = `check (certificate_free(entry))`;
    await database.query(
      `create function certificate_free(entry jsonb) returns boolean language plpgsql as $$ begin raise exception 'not this: %', entry; end $$`,
    );
    await failing(
      `alter table yimen.audit add constraint canary ${check} not valid`,
      'alter table yimen.audit drop constraint canary',
      () => doing(hall, path, 'withdraw', { number, reason: `${person.idNumber}${words}` }),
    );
    await database.query('drop function certificate_free(jsonb)');
  };
};

async function connected(hall: CanaryHall): Promise<Client & AsyncDisposable> {
  const client = new Client({ connectionString: hall.database });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

/** The database goes away while people hand in. */
const away: Path = (canaries) => {
  const path = 'database away';
  const person = canaries.person(path);
  return async (hall) => {
    const number = await filled(hall, { path, item: BUREAU_ITEM, person, brought: {} });
    const name = new URL(hall.database).pathname.slice(1);
    const at = new URL(hall.database);
    at.pathname = '/postgres';
    const client = new Client({ connectionString: at.href });
    await client.connect();
    await client.query(`alter database ${name} with allow_connections false`);
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    const { idNumber, nameZh, phone } = person;
    const tried = await Promise.all([
      doing(hall, path, 'openCase', { items: [BUREAU_ITEM], applicant: { idNumber, nameZh, phone } }, { may: 'nothing' }),
      doing(hall, path, 'saveForm', { number, form: { 'contact-name': nameZh, 'contact-phone': phone } }, { may: 'nothing' }),
      doing(hall, path, 'attachMaterial', { number, material: 'agent-id', certificateNumber: idNumber }, { may: 'nothing' }),
      doing(hall, path, 'submitCase', { number, idempotencyKey: idNumber }, { may: 'nothing' }),
      upload(hall, path, PDF(nameZh), `${nameZh}.pdf`),
    ]);
    expect(tried[0]?.errors).toMatchObject([{ extensions: { code: 'INTERNAL' } }]);
    await client.query(`alter database ${name} with allow_connections true`);
    await client.end();
    await expect.poll(async () => (await doing(hall, path, 'saveForm', { number, form: {} })).errors, LATER).toBeUndefined();
  };
};

/** The process dies in the middle of everything, and another one goes on. */
const killed: Path = (canaries) => {
  const path = 'kill -9';
  const [person, other] = [canaries.person(path), canaries.person(path)];
  const content = canaries.words(path);
  return async (hall) => {
    const number = await filled(hall, { path, item: BUREAU_ITEM, person, brought: { ...BUREAU_PAPERS, 'agent-id': '示例-1' } });
    const headers = await serving(hall, path, { idNumber: other.idNumber });
    await hall.sandbox.setFault('social-security', 'hang');
    const { port } = new URL(hall.url);
    const half = connect(Number(port), '127.0.0.1').on('error', () => {});
    const { authorization } = await hall.signed({}, 'POST', '/files');
    const head = `POST /files HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-type: application/pdf\r\ncontent-length: 900000\r\nx-file-name: ${encodeURIComponent(content)}.pdf\r\n\r\n`;
    half.write(Buffer.concat([Buffer.from(head), PDF(content), Buffer.alloc(400_000, content)]));
    const inTheMiddle = [
      hall.ask(
        path,
        'query ($idNumber: CitizenIdNumber!) { person(idNumber: $idNumber) { socialInsurance { socialSecurityNumber } } }',
        { ...other },
        { headers },
      ),
      doing(hall, path, 'submitCase', { number, idempotencyKey: 'killed' }),
      doing(hall, path, 'openCase', { items: [BUREAU_ITEM], applicant: { idNumber: person.idNumber, nameZh: person.nameZh } }),
    ].map((each) => each.catch(() => undefined));
    await delay(300);
    await hall.kill();
    half.destroy();
    await Promise.all(inTheMiddle);
    await hall.sandbox.setFault('social-security', 'none');
    hall.keepFolder('killed');
    await hall.start();
    expect(await phaseOf(hall, path, number)).toMatch(/DRAFT|RECEIVED/);
  };
};

/** All paths of writing, in the order in which they are walked. */
export const WRITING: readonly Path[] = [handedIn, decided, worded, toldOn, calledBack, unkept, away, killed];
