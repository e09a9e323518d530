/**
 * What the chain of proof costs, on both engines: rows linked a second, time from commit to link under load, and what sealing
 * takes from those who write. A transaction is as large as a submission: six rows and six rows of proof. `DATABASE_URL` names a
 * PostgreSQL database that may be written to; without it only the embedded engine is measured.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { openStore, type Store, type Unit } from '../src/store/index.ts';
import { newSigningKey, openProof, type Proof, pagesOf, readCheckpoints, signingKey, sourceOf, verifyProof } from '../src/trust/index.ts';

const ROUNDS = 5;
const ROUND_MS = 3_000;
const BACKLOG = 20_000;
const ROWS = 6;

const clock = { now: () => Date.now() };
const tell = (fields: object, text: string): void => console.error(fields, text);
const log = { warn: tell, error: tell };
const key = signingKey(newSigningKey('sm2'), 'bench');

async function submission({ db, audit }: Unit): Promise<void> {
  for (let n = 0; n < ROWS; n++) {
    await db.execute(sql`insert into yimen.bench (said) values (${'x'.repeat(200)})`);
    audit.write({ action: 'case.submitted', actor: 'clerk-1', role: 'clerk', outcome: 'done', case: 'C1', detail: { n } });
  }
}

/** Transactions a second. */
async function written(store: Store, writers: number): Promise<number> {
  const end = performance.now() + ROUND_MS;
  let count = 0;
  const writer = async () => {
    while (performance.now() < end) {
      await store.transaction(submission);
      count++;
      // The embedded database never leaves this thread; a gateway's requests do.
      await new Promise((done) => setImmediate(done));
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
  return count / (ROUND_MS / 1_000);
}

interface Mark {
  readonly at: number;
  readonly count: number;
}

/** A store that notes when how many rows were linked. */
const noted = (store: Store, marks: Mark[]): Store => ({
  ...store,
  async transaction(work) {
    const done = await store.transaction(work);
    marks.push({ at: Date.now(), count: (done as { count: number }).count });
    return done;
  },
});

/** Milliseconds from the row to its link, sorted; `after` is the last link before the load. */
async function waits(proof: Proof, marks: readonly Mark[], after: number): Promise<readonly number[]> {
  const took: number[] = [];
  let sequence = after;
  for (const { at, count } of marks) {
    for (const end = sequence + count; sequence < end; ) {
      for (const { said } of await proof.pages.links(sequence, end)) took.push(at - Date.parse(said?.at ?? ''));
      sequence = Math.min(end, sequence + 1_000);
    }
  }
  return took.toSorted((a, b) => a - b);
}

const share = (sorted: readonly number[], part: number): number => sorted[Math.floor(sorted.length * part)] ?? 0;
const median = (numbers: readonly number[]): number =>
  share(
    numbers.toSorted((a, b) => a - b),
    0.5,
  );

async function measure(name: string, url: string | undefined, writers: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'yimen-bench-'));
  const store = await openStore({ url, folder, clock, log, queues: [] });
  await store.transaction(async ({ db }) => void (await db.execute(sql`create table if not exists yimen.bench (said text)`)));
  const sealing = (over: Store) => openProof({ store: over, hash: 'sm3', key, folder, every: { rows: 1_000, ms: 60_000 }, clock, log });
  try {
    await backlog(name, store, folder, sealing);
    await cost(name, store, writers, sealing);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function backlog(name: string, store: Store, folder: string, sealing: (store: Store) => Proof): Promise<void> {
  for (let n = 0; n < BACKLOG; n += 200)
    await store.transaction(async ({ audit }) => {
      for (let i = 0; i < 200; i++) audit.write({ action: 'case.submitted', actor: 'clerk-1', role: 'clerk', outcome: 'done' });
    });
  const started = performance.now();
  const proof = sealing(store);
  await proof.settle();
  const seconds = (performance.now() - started) / 1_000;
  await proof.close();
  console.log(`${name}: ${Math.round(BACKLOG / seconds)} rows linked a second (a backlog of ${BACKLOG}, with its checkpoint)`);
  const from = performance.now();
  const { verified, finding } = await verifyProof(sourceOf(pagesOf(store)), await readCheckpoints([folder]), [key.public]);
  if (finding) throw new Error(finding.what);
  console.log(`${name}: ${Math.round((verified / (performance.now() - from)) * 1_000)} rows verified a second`);
}

async function cost(name: string, store: Store, writers: number, sealing: (store: Store) => Proof): Promise<void> {
  const [without, beside, took]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    without.push(await written(store, writers));
    const left = sealing(store);
    await left.settle();
    await left.close();
    const marks: Mark[] = [];
    const proof = sealing(noted(store, marks));
    const { end } = await proof.pages.state();
    beside.push(await written(store, writers));
    await proof.settle();
    took.push(...(await waits(proof, marks, end)));
    await proof.close();
  }
  const sorted = took.toSorted((a, b) => a - b);
  console.log(
    `${name}: ${writers} writers, ${Math.round(median(without))} transactions/s without a sealer, ${Math.round(median(beside))} with one: ` +
      `${(median(beside.map((each, i) => each / (without[i] ?? each)))).toFixed(2)} (median of ${ROUNDS} rounds side by side)`,
  );
  console.log(
    `${name}: from commit to link p50 ${share(sorted, 0.5)} ms, p99 ${share(sorted, 0.99)} ms, longest ${sorted.at(-1)} ms (${sorted.length} rows)`,
  );
}

await measure('embedded', undefined, 4);
if (process.env['DATABASE_URL']) await measure('PostgreSQL', process.env['DATABASE_URL'], 8);
