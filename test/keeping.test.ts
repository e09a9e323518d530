/** What a hall keeps goes when its time is over, or when whose it is asks for it; and its proof holds. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import type { Role } from '../src/connect/index.ts';
import { noPostgres, openTestDatabase } from '../src/store/testing.ts';
import { type ProofPages, readCheckpoints, signingKey, sourceOf, verifyProof } from '../src/trust/index.ts';
import { startHall } from './harness.ts';
import { builtPrograms } from './programs.ts';

const programs = builtPrograms();
const USCC = '91321071990000017N';
const OTHER = '91321071990000025H';
const DAY = 86_400_000;
const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
const TAX = (uscc: string) => `{ enterprise(uscc: "${uscc}") { tax { creditGrade } } }`;

/** A hall with its folder, and all that is done there with tokens that are fresh by its own clock. */
async function halls(database: string | undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'yimen-keeping-'));
  const env = { YIMEN_DATA: folder, ...(database && { DATABASE_URL: database }) };
  const hall = await startHall({ keep: { looks: 184, drafts: 10 }, audit: { signature: 'ed25519' } }, env, { as: 'clerk' });
  const token = (role: Role) => hall.sandbox.token({ role, window: 'W01' });
  const ask = async (query: string, variables: object = {}, role: Role = 'clerk', headers = {}) =>
    hall.ask(query, variables, { token: await token(role), headers });
  const pages: ProofPages = {
    state: () => proof({ read: 'state' }),
    links: (after, upTo) => proof({ read: 'links', after, upTo }),
    rows: (writer, after, upTo) => proof({ read: 'rows', writer, after, upTo }),
    erasures: (after) => proof({ read: 'erasures', after }),
  };
  async function run(path: string, body: object): Promise<unknown> {
    const headers = { 'x-yimen-run': hall.yimen.runSecret, 'content-type': 'application/json' };
    return (await request(`${hall.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).body.json();
  }
  const proof = <T>(body: object) => run('/run/proof', body) as Promise<T>;
  return {
    hall,
    folder,
    ask,
    run,
    /** The mutation of this name; rejects where anything is wrong with it. */
    async change(name: string, input: object, role: Role = 'clerk') {
      const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
      const what = 'case { number status items { id } } problems { code path }';
      const { data, errors } = await ask(`mutation ($input: ${type}!) { ${name}(input: $input) { ${what} } }`, { input }, role);
      expect(errors ?? data[name].problems).toEqual([]);
      return data[name].case;
    },
    async serve(uscc: string, others: readonly object[] = []): Promise<{ 'x-yimen-session': string }> {
      const input = { subject: { uscc }, others, purpose: { kind: 'CONSULTATION' }, evidence: 'IDENTITY_CARD' };
      const { data } = await ask('mutation ($input: OpenSessionInput!) { openSession(input: $input) { session { id } } }', { input });
      return { 'x-yimen-session': data.openSession.session.id };
    },
    async send(): Promise<string> {
      const headers = { authorization: `Bearer ${await token('clerk')}`, 'content-type': 'application/pdf', 'x-file-name': 'a.pdf' };
      const { id } = (await (await request(`${hall.url}/files`, { method: 'POST', headers, body: PDF })).body.json()) as { id: string };
      return id;
    },
    contents: () =>
      existsSync(join(folder, 'files', 'contents'))
        ? readdirSync(join(folder, 'files', 'contents'), { recursive: true, withFileTypes: true }).filter((each) => each.isFile()).length
        : 0,
    async exists(number: string): Promise<boolean> {
      return (await ask(`{ case(number: "${number}") { number } }`)).data.case !== null;
    },
    async looks(): Promise<number> {
      const filter = { from: new Date(0), to: new Date(Date.now() + 400 * DAY) };
      const query = 'query ($filter: AccessLogFilter!) { accessLog(filter: $filter, first: 100) { nodes { action } } }';
      const { data } = await ask(query, { filter }, 'auditor');
      return data.accessLog.nodes.length;
    },
    taxCalls: () => hall.agencies.find(({ id }) => id === 'tax')?.traffic().calls ?? 0,
    async verified() {
      await proof({ read: 'settle' });
      const key = signingKey(readFileSync(join(folder, 'keys', 'audit.pem'), 'utf8'), 'test').public;
      return verifyProof(sourceOf(pages), await readCheckpoints([join(folder, 'checkpoints')]), [key]);
    },
    /** What rows of proof say of an action. */
    async proven(action: string) {
      await proof({ read: 'settle' });
      const found = [];
      for await (const { said } of sourceOf(pages).links(0, 1_000_000)) if (said?.action === action) found.push(said.entry);
      return found;
    },
    /** The command, as an operator runs it. */
    async yimen(args: readonly string[], typed: string): Promise<{ code: number | null; said: string; failed: string }> {
      const all = { ...process.env, DATABASE_URL: '', REDIS_URL: '', ...env };
      const child = spawn(process.execPath, [programs.cli, ...args], { env: all });
      child.stdin.end(typed);
      const ended = new Promise<number | null>((done) => child.once('exit', done));
      const [said, failed, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
      return { code, said, failed };
    },
    async [Symbol.asyncDispose]() {
      await hall[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
type At = Awaited<ReturnType<typeof halls>>;

const openCase = (at: At, uscc: string) =>
  at.change('openCase', { items: ['gov-feasibility'], applicant: { uscc, nameZh: '扬州示例精密机械有限公司' } });

/** A case that was handed in, with a file; gives its number and its item. */
async function handedIn(at: At): Promise<{ readonly number: string; readonly item: string; readonly file: string }> {
  const { number } = await openCase(at, USCC);
  const file = await at.send();
  for (const material of ['org-certificate', 'project-report', 'agent-id', 'site-opinion'])
    await at.change('attachMaterial', { number, material, ...(material === 'agent-id' ? { file } : { certificateNumber: '示例-1' }) });
  const form = { 'contact-name': '示例联系人', 'contact-phone': '13800000000', 'declared-true': true };
  await at.change('saveForm', { number, form });
  const { items } = await at.change('submitCase', { number, idempotencyKey: `key-${number}` });
  return { number, file, item: items[0].id };
}

const engines = [
  { name: 'embedded', skip: false, open: async (): Promise<AsyncDisposable & { url?: string }> => ({ async [Symbol.asyncDispose]() {} }) },
  { name: 'PostgreSQL', skip: noPostgres !== undefined, open: openTestDatabase },
];

for (const { name, skip, open } of engines)
  describe.skipIf(skip)(`what is kept, on ${name}`, () => {
    it('goes when its time is over, or on request once nothing stands against it; the proof holds all the time', async () => {
      await using database = await open();
      await using at = await halls(database.url);
      const order = (dryRun: boolean) => at.run('/run/erase', { kind: 'enterprise', key: USCC, dryRun });

      // Somebody else's draft and session go by the command, at once: nothing of theirs was ever handed in.
      const draft = await openCase(at, OTHER);
      const theirs = await at.serve(OTHER);
      // And a session of somebody else's in which they came along.
      const written = { subject: { uscc: OTHER }, relation: 'AUTHORISED', reference: '授权2026-1' };
      const along = await at.serve(USCC, [written]);
      expect((await at.ask(TAX(OTHER), {}, 'clerk', theirs)).errors).toBeUndefined();
      const asked = at.taxCalls();
      expect((await at.ask(TAX(OTHER), {}, 'clerk', theirs)).errors).toBeUndefined();
      expect(at.taxCalls()).toBe(asked);
      if (!database.url) writeFileSync(join(at.folder, 'run.json'), JSON.stringify({ url: at.hall.url, secret: at.hall.yimen.runSecret }));
      const rehearsed = await at.yimen(['erase', '--enterprise', '--dry-run'], OTHER);
      expect(rehearsed).toMatchObject({
        failed: '',
        code: 0,
        said: expect.stringContaining('would be erased: 1 cases with 0 files and 0 messages, 2 sessions'),
      });
      expect(await at.exists(draft.number)).toBe(true);
      const erased = await at.yimen(['erase', '--enterprise'], `${OTHER}\n`);
      expect(erased).toMatchObject({ code: 0, said: expect.stringContaining(`erased: 1 cases`) });
      expect(erased.said + erased.failed).not.toContain(OTHER);
      expect(await at.exists(draft.number)).toBe(false);
      await expect
        .poll(async () => (await at.ask(TAX(OTHER), {}, 'clerk', theirs)).errors?.[0]?.extensions['code'])
        .toBe('PURPOSE_REQUIRED');
      await expect.poll(async () => (await at.ask(TAX(USCC), {}, 'clerk', along)).errors?.[0]?.extensions['code']).toBe('PURPOSE_REQUIRED');
      expect((await at.ask(TAX(OTHER), {}, 'clerk', await at.serve(OTHER))).errors).toBeUndefined();
      expect(at.taxCalls()).toBe(asked + 1);
      expect(await at.yimen(['erase', '--person'], '32')).toMatchObject({ code: 1, failed: expect.stringContaining('no identity number') });

      // A case that runs, and one whose decision may be contested, stand against it.
      const { number, item, file } = await handedIn(at);
      expect(await order(false)).toMatchObject({ cases: [], standing: [{ case: number, why: 'RUNNING' }] });
      await at.change('decide', { item, decision: 'GRANT' }, 'officer');
      expect(await order(false)).toMatchObject({ standing: [{ case: number, why: 'RUNNING' }] });
      await at.change('confirmPickup', { number });
      expect(await order(true)).toMatchObject({ standing: [{ case: number, why: 'CONTESTABLE', until: expect.any(String) }] });
      const left = await openCase(at, OTHER);
      expect(await at.looks()).toBeGreaterThan(3);
      expect(at.contents()).toBe(1);

      // Half a year later looks and drafts are gone, and the case is not: it has ten years.
      await at.hall.advance(185 * DAY);
      await expect.poll(() => at.exists(left.number), { timeout: 30_000, interval: 500 }).toBe(false);
      await expect.poll(() => at.looks(), { timeout: 30_000, interval: 500 }).toBe(0);
      expect(await at.exists(number)).toBe(true);
      await expect.poll(async () => (await at.proven('retention.done')).length, { timeout: 30_000, interval: 500 }).toBe(1);
      expect(await at.proven('retention.done')).toMatchObject([
        { actor: 'gateway', detail: { removed: { drafts: 1, looks: expect.any(Number), sessions: 1 } } },
      ]);
      const half = await at.verified();
      expect(half).toMatchObject({ finding: undefined, unsealed: 0 });
      expect(half.erased).toBeGreaterThan(3);

      // Nothing stands against it any more.
      await at.serve(USCC);
      const would = { cases: [number], files: 1, sessions: 1, standing: [] };
      expect(await order(true)).toMatchObject({ ...would, dryRun: true });
      expect(at.contents()).toBe(1);
      expect(await order(false)).toMatchObject({ ...would, dryRun: false });
      expect(await at.exists(number)).toBe(false);
      expect(
        (await request(`${at.hall.url}/files/${file}`, { headers: await at.hall.signed('supervisor', 'GET', '/') })).statusCode,
      ).not.toBe(200);
      await expect.poll(() => at.contents(), { timeout: 10_000 }).toBe(0);
      expect(await order(false)).toMatchObject({ cases: [], files: 0, sessions: 0, standing: [] });
      const rows = await at.proven('subject.erased');
      // Links do not order what connections wrote within the same second.
      expect(rows).toHaveLength(5);
      const said = rows.map((row) => ({ outcome: row?.outcome, ...row?.detail }));
      expect(said.filter(({ outcome }) => outcome === 'refused')).toEqual([1, 2].map(() => ({ outcome: 'refused', standing: [number] })));
      expect(said).toContainEqual({ outcome: 'done', cases: 1, files: 0, messages: 0, sessions: 2 });
      expect(said).toContainEqual({ outcome: 'done', cases: 0, files: 0, messages: 0, sessions: 0 });
      expect(said).toContainEqual(expect.objectContaining({ outcome: 'done', cases: 1, files: 1, sessions: 1 }));
      expect(JSON.stringify(rows)).not.toContain(USCC);
      expect(await at.verified()).toMatchObject({ finding: undefined, unsealed: 0 });
    }, 240_000);
  });
