import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../store/index.ts';
import { noPostgres, openTestDatabase } from '../../store/testing.ts';
import { newSigningKey, openProof, pagesOf, readCheckpoints, signingKey, sourceOf, verifyProof } from './index.ts';

const clock = { now: () => Date.now() };
const log = { warn() {}, error() {} };
const PEM = newSigningKey('ed25519');
const KILLS = 6;

const engines = [
  { name: 'embedded', skip: false, open: async (): Promise<AsyncDisposable & { url?: string }> => ({ async [Symbol.asyncDispose]() {} }) },
  { name: 'PostgreSQL', skip: noPostgres !== undefined, open: openTestDatabase },
];

for (const { name, skip, open } of engines)
  describe.skipIf(skip)(`a process that is killed while it seals, on ${name}`, () => {
    it('P12: loses no row, links none twice and signs nothing wrong, again and again', async () => {
      await using database = await open();
      const folder = mkdtempSync(join(tmpdir(), 'yimen-killed-'));
      const checkpoints = join(folder, 'checkpoints');
      let acknowledged = 0;
      for (let kill = 0; kill < KILLS; kill++) acknowledged += await writtenUntilKilled(folder, database.url);
      const store = await openStore({ url: database.url, folder, clock, log, queues: [] });
      const key = signingKey(PEM, 'test');
      const verify = async () => verifyProof(sourceOf(pagesOf(store)), await readCheckpoints([checkpoints]), [key.public]);
      const before = await verify();
      expect(before.finding).toBeUndefined();
      expect(before.checkpoints).toBeGreaterThan(0);
      // What was committed and not acknowledged in time may be there too.
      expect(before.verified + before.unsealed).toBeGreaterThanOrEqual(acknowledged);
      const proof = openProof({ store, hash: 'sm3', key, folder: checkpoints, every: { rows: 100, ms: 1_000 }, clock, log });
      await proof.settle();
      const after = await verify();
      expect(after).toMatchObject({ finding: undefined, unsealed: 0, verified: before.verified + before.unsealed });
      expect(after.signedTo).toBe(after.verified);
      await proof.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }, 180_000);
  });

/** Rows that a process acknowledged before it was killed, somewhere between writing, linking and signing. */
async function writtenUntilKilled(folder: string, url: string | undefined): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', WRITE, folder, url ?? ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, AUDIT_KEY: PEM },
  });
  const until = 40 + Math.floor(Math.random() * 400);
  const exited = new Promise((done) => child.once('exit', done));
  let acknowledged = 0;
  for await (const _ of createInterface({ input: child.stdout })) if (++acknowledged === until) child.kill('SIGKILL');
  await exited;
  expect(acknowledged).toBeGreaterThanOrEqual(until);
  return acknowledged;
}

const from = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

/** Writes rows, links and signs as a gateway does, one after another as fast as it goes. */
const WRITE = `
  import { openStore } from ${from('../../store/index.ts')};
  import { openProof, signingKey } from ${from('./index.ts')};
  const [folder, url] = process.argv.slice(1);
  const clock = { now: () => Date.now() };
  const log = { warn() {}, error() {} };
  const store = await openStore({ url: url || undefined, folder, clock, log, queues: [] });
  const key = signingKey(process.env.AUDIT_KEY, 'test');
  const proof = openProof({ store, hash: 'sm3', key, folder: folder + '/checkpoints', every: { rows: 10, ms: 100 }, clock, log });
  (async () => { for (;;) await proof.settle(); })();
  for (;;) {
    await store.transaction(async ({ audit }) => audit.write({ action: 'x', actor: 'clerk', role: 'clerk', outcome: 'done' }));
    process.stdout.write('written\\n');
    // The embedded database never leaves this thread: without a breath no file would ever be written.
    await new Promise((done) => setImmediate(done));
  }
`;
