/** What a hall can prove: over HTTP, by its commands, and without it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noPostgres, openTestDatabase } from '../src/store/testing.ts';
import { newSigningKey, type ProofPages, readCheckpoints, signingKey } from '../src/trust/index.ts';
import { type Hall, startHall } from './harness.ts';
import { builtPrograms } from './programs.ts';

const programs = builtPrograms();
const USCC = '91321071990000017N';
const ITEM = 'gov-feasibility';
const NOW = 'case { number items { id } } problems { code }';
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'yimen-evidence-'));
const data = join(folder, 'data');

let hall: Hall;
beforeAll(async () => {
  hall = await startHall({}, { YIMEN_DATA: data }, { as: 'clerk' });
  writeFileSync(join(data, 'run.json'), JSON.stringify({ url: hall.url, secret: hall.yimen.runSecret }));
}, 60_000);
afterAll(async () => {
  await hall?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const yimen = (...args: string[]) => yimenOn({ YIMEN_DATA: data, DATABASE_URL: '' }, ...args);

async function yimenOn(hallEnv: object, ...args: string[]): Promise<{ stdout: string; code: number }> {
  const env = { ...process.env, ...hallEnv };
  return run(process.execPath, [programs.cli, ...args], { env }).then(
    ({ stdout }) => ({ stdout, code: 0 }),
    ({ stdout, stderr, code }: { stdout: string; stderr: string; code: number }) => ({ stdout: stdout + stderr, code }),
  );
}

async function change(mutation: string, input: object, role: 'clerk' | 'officer' = 'clerk') {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const { data: answer, errors } = await hall.ask(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${NOW} } }`,
    { input },
    { role },
  );
  expect([errors, answer?.[mutation].problems]).toEqual([undefined, []]);
  return answer[mutation].case as { number: string; items: { id: string }[] };
}

/** A case from opening to decision; every call changes it. */
async function decided(): Promise<string> {
  const { number } = await change('openCase', { items: [ITEM], applicant: { uscc: USCC, nameZh: '扬州示例精密机械有限公司' } });
  for (const material of ['org-certificate', 'project-report', 'agent-id', 'site-opinion'])
    await change('attachMaterial', { number, material, certificateNumber: '示例-1' });
  const form = { 'contact-name': '示例联系人', 'contact-phone': '13800000000', 'declared-true': true };
  await change('saveForm', { number, form });
  const { items } = await change('submitCase', { number, idempotencyKey: `evidence-${number}` });
  const item = items[0]?.id ?? '';
  await change('takeTask', { item }, 'officer');
  await change('decide', { item, decision: 'ACCEPT' }, 'officer');
  await change('decide', { item, decision: 'GRANT', resultNumber: '示例批复1号' }, 'officer');
  return number;
}

async function proof<T>(body: object, secret = hall.yimen.runSecret): Promise<{ status: number; body: T }> {
  const headers = { 'content-type': 'application/json', 'x-yimen-run': secret };
  const reply = await request(`${hall.url}/run/proof`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: reply.statusCode, body: (await reply.body.json()) as T };
}

/** Actions of the linked rows of a case, in the order of the chain. */
async function actionsOf(number: string): Promise<string[]> {
  await proof({ read: 'settle' });
  const { body } = await proof<Awaited<ReturnType<ProofPages['links']>>>({ read: 'links', after: 0, upTo: 10_000 });
  return body.flatMap(({ said }) => (said?.entry?.case === number ? [said.entry.action] : []));
}

describe('the rows of proof of a case', () => {
  it('T8: every change has exactly one, in the order in which they happened', async () => {
    const number = await decided();
    expect(await actionsOf(number)).toEqual([
      'case.opened',
      ...Array(4).fill('case.material-attached'),
      'case.form-saved',
      // Agencies are asked of the applicant before it is handed in.
      'subject.read',
      'case.submitted',
      'case.released',
      'case.received',
      'case.task-taken',
      'case.accepted',
      'case.granted',
      // The applicant is told, and the result waits at the hall.
      ...Array(2).fill('errand.begun'),
    ]);
    const { data: seen } = await hall.ask(`{ case(number: "${number}") { events { kind } } }`);
    const facts = (await actionsOf(number)).filter((action) =>
      seen.case.events.some(({ kind }: { kind: string }) => action === `case.${kind}`),
    );
    expect(facts).toHaveLength(seen.case.events.length);
  });

  it('are shown to nobody who lacks the secret of this run', async () => {
    expect((await proof({ read: 'state' }, 'guess')).status).toBe(404);
    expect((await proof({ read: 'everything' })).status).toBe(400);
  });
});

describe('evidence of one case', () => {
  it('is verified without any database, and every changed byte in it is found', async () => {
    const number = await decided();
    await decided();
    const file = join(folder, 'case.json');
    const exported = await yimen('case', 'export', number, '--out', file);
    expect(exported).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/16 rows of proof, 5 facts, 5 events\n.*\nnothing is wrong\n$/),
    });
    await yimen('audit', 'key', '--out', join(folder, 'hall.pem'));
    const verified = await yimen('case', 'verify', file, '--key', join(folder, 'hall.pem'));
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/signed by the key [\w-]{43}\nnothing is wrong\n$/) });

    const text = readFileSync(file, 'utf8');
    expect(text).not.toMatch(/扬州示例|91321071|13800000000/);
    const tampered = join(folder, 'tampered.json');
    for (const [from, to, what] of [
      ['"items": 1', '"items": 2', /WRONG: the row \S+ \(sequence \d+\) was changed/],
      ['"kind": "granted"', '"kind": "refused"', /WRONG: the fact \S+ of \S+ was changed/],
      ['"status": "GRANTED"', '"status": "GRANTEE"', /WRONG: the file was changed after it was signed/],
      ['"signature": "', '"signature": "A', /WRONG: the checkpoint of \S+ proves nothing/],
    ] as const) {
      expect(text).toContain(from);
      writeFileSync(tampered, text.replace(from, to));
      expect(await yimen('case', 'verify', tampered)).toMatchObject({ code: 1, stdout: expect.stringMatching(what) });
    }
  });

  it('is nothing when it is signed by another key than the hall’s', async () => {
    const [file, key] = [join(folder, 'other.json'), join(folder, 'other.pem')];
    await yimen('case', 'export', await decided(), '--out', file);
    writeFileSync(key, signingKey(newSigningKey('sm2'), 'test').public.pem);
    expect(await yimen('case', 'verify', file, '--key', key)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('not among the keys given'),
    });
  });

  it('of a case that is not there is told so', async () => {
    expect(await yimen('case', 'export', '32107120200000000001', '--out', join(folder, 'none.json'))).toMatchObject({
      code: 1,
      stdout: 'there is no case of this number\n',
    });
  });
});

describe.skipIf(noPostgres !== undefined)('a hall on PostgreSQL', () => {
  it('is verified beside the running gateway, and hands out evidence; a row changed in the database is named', async () => {
    await using database = await openTestDatabase();
    const env = { YIMEN_DATA: join(folder, 'shared'), DATABASE_URL: database.url };
    await using other = await startHall({}, env, { as: 'clerk' });
    const input = { items: [ITEM], applicant: { uscc: USCC, nameZh: '示例' } };
    const opened = await other.ask(`mutation ($input: OpenCaseInput!) { openCase(input: $input) { ${NOW} } }`, { input });
    const file = join(folder, 'shared.json');
    const exported = await yimenOn(env, 'case', 'export', opened.data.openCase.case.number, '--out', file);
    expect(exported).toMatchObject({ code: 0, stdout: expect.stringMatching(/2 rows of proof, 0 facts.*nothing is wrong/s) });
    expect(await yimen('case', 'verify', file)).toMatchObject({ code: 0 });
    expect(await yimenOn(env, 'audit', 'verify')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^2 rows verified.*nothing is wrong/s),
    });
    await tamper(database.url);
    expect(await yimenOn(env, 'audit', 'verify')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/WRONG: row \S+\/1 \(sequence 1\): it does not say/),
    });
  });
});

async function tamper(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`update yimen.audit set entry = jsonb_set(entry, '{actor}', '"somebody else"') where action = 'case.opened'`);
  await client.end();
}

describe('the settings of proof', () => {
  it('the key, the hash and the folder are the hall’s own', async () => {
    const key = join(folder, 'audit.pem');
    writeFileSync(key, newSigningKey('ed25519'));
    const own = {
      keys: { audit: { file: key } },
      audit: { hash: 'sha256', checkpoints: join(folder, 'kept'), every: { rows: 1, time: '1s' } },
    };
    await using other = await startHall(own, {}, { as: 'clerk' });
    const { headers, body } = {
      headers: { 'x-yimen-run': other.yimen.runSecret, 'content-type': 'application/json' },
      body: '{"read":"settle"}',
    };
    const input = { items: [ITEM], applicant: { uscc: USCC, nameZh: '示例' } };
    await other.ask(`mutation ($input: OpenCaseInput!) { openCase(input: $input) { ${NOW} } }`, { input });
    await request(`${other.url}/run/proof`, { method: 'POST', headers, body });
    const { found } = await readCheckpoints([join(folder, 'kept')]);
    const { thumbprint } = signingKey(readFileSync(key, 'utf8'), 'test').public;
    expect(found.map(({ checkpoint }) => [checkpoint.sequence, checkpoint.hash, checkpoint.key])).toEqual([[1, 'sha256', thumbprint]]);
  });

  it('a key that is none ends the start, by its name and without being shown', async () => {
    const key = join(folder, 'wrong.pem');
    writeFileSync(key, 'top secret');
    await expect(startHall({ keys: { audit: { file: key } } })).rejects.toThrow(
      /keys\.audit must be a private key in PEM, Ed25519 or SM2: (?!.*top secret)/,
    );
  });
});

describe('yimen audit', () => {
  it('verifies the running hall, what it exported, and the hall when it has stopped; a changed byte ends with code 1', async () => {
    await decided();
    await proof({ read: 'settle' });
    const running = await yimen('audit', 'verify');
    expect(running).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+ rows verified, sequence 1 to \d+\n\d+ checkpoints agree.*\nnothing is wrong\n$/s),
    });

    const file = join(folder, 'export.jsonl');
    expect((await yimen('audit', 'export', '--out', file)).code).toBe(0);
    expect(await yimen('audit', 'verify', '--file', file)).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing is wrong') });
    writeFileSync(file, readFileSync(file, 'utf8').replace('"actor":"sandbox', '"actor":"sandboy'));
    expect(await yimen('audit', 'verify', '--file', file)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/WRONG: row \S+\/1 \(sequence 1\): it does not say what it said/),
    });

    await hall.yimen.close();
    expect(await yimen('audit', 'verify')).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing is wrong') });
  });
});
