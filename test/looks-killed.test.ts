/** A gateway that dies while it answers: whoever got an answer stands in the book. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { type SandboxClient, sandboxClient } from '../src/kit/index.ts';
import { startShippedSandbox } from '../src/run.ts';
import { readSettings } from '../src/settings/index.ts';
import { noPostgres, openTestDatabase } from '../src/store/testing.ts';
import { gatewaysIn } from './built-gateway.ts';

const USCC = '91321071990000017N';
const READ = JSON.stringify({ query: `{ enterprise(uscc: "${USCC}") { tax { arrears } } }` });
const LOG =
  'query ($filter: AccessLogFilter!, $after: String) { accessLog(filter: $filter, first: 100, after: $after) { nodes { action } pageInfo { hasNextPage endCursor } } }';
const CLIENTS = 16;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const start = gatewaysIn(children);

async function post(url: string, body: string, token: string) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const reply = await request(`${url}/graphql`, { method: 'POST', headers, body });
  // biome-ignore lint/suspicious/noExplicitAny: an answer has whatever shape its query gave it
  return (await reply.body.json()) as any;
}

/** Reads until the gateway is gone; gives back how many answers came. */
async function readOn(url: string, token: string, answered: () => void): Promise<void> {
  for (;;)
    try {
      if ((await post(url, READ, token)).data?.enterprise.tax) answered();
    } catch {
      return;
    }
}

async function rowsIn(url: string, sandbox: SandboxClient): Promise<number> {
  const token = await sandbox.token({ role: 'auditor' });
  const filter = { subject: { uscc: USCC }, from: new Date(Date.now() - 86_400_000), to: new Date(Date.now() + 86_400_000) };
  let rows = 0;
  let after: string | null = null;
  do {
    const { data, errors } = await post(url, JSON.stringify({ query: LOG, variables: { filter, after } }), token);
    if (errors) throw new Error(JSON.stringify(errors));
    rows += data.accessLog.nodes.filter(({ action }: { action: string }) => action === 'subject.read').length;
    after = data.accessLog.pageInfo.hasNextPage ? data.accessLog.pageInfo.endCursor : null;
  } while (after);
  return rows;
}

const engines = [
  { name: 'the embedded database', skip: false, open: async () => ({ env: {}, async [Symbol.asyncDispose]() {} }) },
  {
    name: 'PostgreSQL',
    skip: noPostgres !== undefined,
    async open() {
      const database = await openTestDatabase();
      return { env: { DATABASE_URL: database.url }, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
    },
  },
];

describe.each(engines)('kill -9 while sixteen read, on $name', ({ skip, open }) => {
  it.skipIf(skip)(
    'every answer that left has its row; at most one a client was written and not answered',
    { timeout: 120_000 },
    async () => {
      await using database = await open();
      const data = mkdtempSync(join(tmpdir(), 'yimen-looks-'));
      const grant = { actor: 'sandbox-integrator', fields: ['Enterprise'], perDay: 1_000_000 };
      writeFileSync(join(data, 'yimen.config.json'), JSON.stringify({ access: { bulk: [grant] }, requests: { perActor: 1_000_000 } }));
      const host = await startShippedSandbox(readSettings({ YIMEN_DATA: data, PORT: '0' }, data));
      await using _ = { [Symbol.asyncDispose]: () => host.close() };
      const env = { YIMEN_DATA: data, YIMEN_SANDBOX: host.url, YIMEN_CONFIG: join(data, 'yimen.config.json'), ...database.env };
      const sandbox = sandboxClient(host.url);
      const token = await sandbox.token({ role: 'integrator' });
      let answers = 0;
      for (let life = 0; life < 2; life++) {
        const { child, url } = await start(env);
        const wanted = answers + 150;
        const reading = Array.from({ length: CLIENTS }, () => readOn(url, token, () => void answers++));
        await expect.poll(() => answers, { timeout: 30_000, interval: 5 }).toBeGreaterThan(wanted);
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await Promise.all([gone, ...reading]);
      }
      const { url } = await start(env);
      const rows = await rowsIn(url, sandbox);
      console.log(`2 kills: ${answers} answers, ${rows} rows`);
      expect(rows).toBeGreaterThanOrEqual(answers);
      expect(rows - answers).toBeLessThanOrEqual(2 * CLIENTS);
    },
  );
});
