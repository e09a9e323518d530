/** A hall that was saved while it ran, and comes back elsewhere. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { request } from 'undici';
import { afterAll, describe, expect, it } from 'vitest';
import { openCatalogue, startYimen, type Yimen } from '../src/app.ts';
import { sandboxClient } from '../src/kit/index.ts';
import { startShippedSandbox } from '../src/run.ts';
import { readSettings } from '../src/settings/index.ts';
import { noPostgres, openTestDatabase } from '../src/store/testing.ts';
import { filledForm } from './filled-form.ts';
import { builtPrograms } from './programs.ts';

const programs = builtPrograms();
const AGENCY = 'social-security';
const ITEM = 'si-registration';
const USCC = '91321071990000017N';
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'yimen-backup-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Env = Readonly<Record<string, string>>;

async function yimen(env: Env, ...args: string[]): Promise<{ said: string; code: number }> {
  const all = { ...process.env, DATABASE_URL: '', ...env };
  return run(process.execPath, [programs.cli, ...args], { env: all, cwd: resolve('.') }).then(
    ({ stdout }) => ({ said: stdout, code: 0 }),
    ({ stdout, stderr, code }: { stdout: string; stderr: string; code: number }) => ({ said: stdout + stderr, code }),
  );
}

/** A gateway as its clerk sees it. */
async function gateway(env: Env, sandbox: string) {
  const settings = { ...readSettings({ PORT: '0', ...env }, folder), sandbox };
  const started: Yimen = await startYimen(settings, { sheds: false });
  writeFileSync(join(settings.data, 'run.json'), JSON.stringify({ url: started.url, secret: started.runSecret }));
  const token = await sandboxClient(sandbox).token({ role: 'clerk', window: 'W01' });
  return {
    yimen: started,
    token,
    async ask(query: string, variables: object = {}) {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const body = JSON.stringify({ query, variables });
      // biome-ignore lint/suspicious/noExplicitAny: an answer has whatever shape its query gave it
      const { data, errors } = (await (await request(`${started.url}/graphql`, { method: 'POST', headers, body })).body.json()) as any;
      expect(errors).toBeUndefined();
      return data;
    },
  };
}
type Gateway = Awaited<ReturnType<typeof gateway>>;

async function change({ ask }: Gateway, name: string, input: object): Promise<string> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const data = await ask(`mutation ($input: ${type}!) { ${name}(input: $input) { case { number } problems { code path } } }`, { input });
  expect(data[name].problems).toEqual([]);
  return data[name].case.number;
}

async function handIn(at: Gateway): Promise<string> {
  const catalogue = openCatalogue(undefined);
  const item = catalogue.item(ITEM);
  if (!item) throw new Error(`the catalogue has no ${ITEM}`);
  const number = await change(at, 'openCase', { items: [item.code], applicant: { uscc: USCC, nameZh: '扬州示例精密机械有限公司' } });
  for (const { materialId, required } of item.materials)
    if (required && !catalogue.material(materialId)?.fromForm)
      await change(at, 'attachMaterial', { number, material: materialId, certificateNumber: '示例-1' });
  await change(at, 'saveForm', { number, form: filledForm([item], catalogue) });
  return change(at, 'submitCase', { number, idempotencyKey: `backup-${number}` });
}

const phaseOf = async ({ ask }: Gateway, number: string): Promise<string> =>
  (await ask(`{ case(number: "${number}") { items { phase } } }`)).case.items[0].phase;

const lastEvent = async ({ ask }: Gateway, number: string): Promise<string> =>
  (await ask(`{ case(number: "${number}") { events { eventId } } }`)).case.events.at(-1).eventId;

/** What somebody hears first who follows the events after a place. */
async function followed({ yimen: { url }, token }: Gateway, after: string): Promise<string> {
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${token}` };
  const body = JSON.stringify({ query: 'subscription ($after: ID) { caseUpdated(after: $after) { kind } }', variables: { after } });
  const reply = await request(`${url}/graphql/stream`, { method: 'POST', headers, body });
  let heard = '';
  for await (const chunk of reply.body) {
    heard += String(chunk);
    if (/received|errors/.test(heard)) break;
  }
  return heard;
}

describe.skipIf(noPostgres !== undefined)('a hall that is saved while it runs', () => {
  it('comes back on PostgreSQL: what waited for an agency is sent once, the proof holds, and events go on', async () => {
    await using database = await openTestDatabase();
    const old = { YIMEN_DATA: join(folder, 'old') };
    const host = await startShippedSandbox(readSettings(old, folder));
    const sandbox = sandboxClient(host.url);
    const first = await gateway(old, host.url);
    await sandbox.setFault(AGENCY, 'down');
    const number = await handIn(first);
    const saved = join(folder, 'saved');
    const backup = await yimen(old, 'backup', saved);
    expect(backup).toMatchObject({
      code: 0,
      said: expect.stringMatching(/^saved: 1 cases, \d+ rows of \d+ tables and 0 files, as of .*\(embedded\)/),
    });
    expect(backup.said).toContain(`the key that opens everything: ${join(folder, 'old/keys/ids')}`);
    const place = await lastEvent(first, number);
    await first.yimen.close();

    const now = { YIMEN_DATA: join(folder, 'new'), DATABASE_URL: database.url };
    const keyless = await yimen(now, 'restore', saved);
    expect(keyless).toMatchObject({ code: 1, said: expect.stringContaining(`put back the saved file ${join(folder, 'new/keys/ids')}`) });
    expect(existsSync(join(folder, 'new'))).toBe(false);
    cpSync(join(folder, 'old/keys'), join(folder, 'new/keys'), { recursive: true });
    expect(await yimen(now, 'restore', saved)).toMatchObject({ code: 0, said: expect.stringMatching(/^restored: 1 cases/) });
    expect(await yimen(now, 'audit', 'verify')).toMatchObject({ code: 0, said: expect.stringContaining('nothing is wrong') });

    await sandbox.setFault(AGENCY, 'none');
    const second = await gateway(now, host.url);
    await expect.poll(() => phaseOf(second, number), { timeout: 30_000, interval: 200 }).toBe('RECEIVED');
    expect((await sandbox.applications(AGENCY)).map(({ taken }) => taken)).toEqual([1]);
    // A place of before would hide what came since: it is refused. A restored one is followed from.
    expect(await followed(second, place)).toContain('a backup was restored since');
    const restored = (await second.ask(`{ case(number: "${number}") { events { eventId kind } } }`)).case.events;
    expect(await followed(second, restored[0].eventId)).toContain('"kind":"received"');
    // The whole manifest names no key, and no table holds one.
    const key = readFileSync(join(folder, 'old/keys/ids'), 'utf8').trim();
    expect(readFileSync(join(saved, 'manifest.json'), 'utf8')).not.toContain(key);
    await second.yimen.close();
    await host.close();
  }, 90_000);
});

describe('a hall without cases', () => {
  it('has nothing to save, and says so', async () => {
    const env = { YIMEN_DATA: join(folder, 'empty') };
    expect(await yimen(env, 'backup', join(folder, 'none'))).toMatchObject({
      code: 1,
      said: `there is no database in ${env.YIMEN_DATA} yet; set YIMEN_DATA or DATABASE_URL to where the cases are\n`,
    });
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });
});
