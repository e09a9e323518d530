import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { auditDigest, openStore, rowsOf, type Store } from '../../store/index.ts';
import { noPostgres, openTestDatabase } from '../../store/testing.ts';
import { type ChainHash, GENESIS, nextLink } from './chain.ts';
import {
  exportProof,
  newSigningKey,
  openExport,
  openProof,
  type Proof,
  readCheckpoints,
  signingKey,
  sourceOf,
  verifyProof,
} from './index.ts';
import type { SigningKey } from './keys.ts';
import { pagesOf } from './ledger.ts';

const clock = { now: () => Date.now() };
const NEVER = { rows: Number.MAX_SAFE_INTEGER, ms: 2 ** 30 };

const engines = [
  { name: 'embedded', skip: false, open: async (): Promise<AsyncDisposable & { url?: string }> => ({ async [Symbol.asyncDispose]() {} }) },
  { name: 'PostgreSQL', skip: noPostgres !== undefined, open: openTestDatabase },
];

interface Bench extends AsyncDisposable {
  readonly store: Store;
  readonly folder: string;
  readonly key: SigningKey;
  readonly said: string[];
  readonly options: Parameters<typeof openProof>[0];
  /** One more process that seals. */
  proof(hash?: ChainHash): Proof;
  write(rows: number, action?: string): Promise<void>;
  run(text: string): Promise<void>;
  report(): ReturnType<typeof verifyProof>;
}

async function bench(url: string | undefined, signature: 'sm2' | 'ed25519' = 'ed25519'): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'yimen-proof-'));
  const store = await openStore({ url, folder: join(folder, 'data'), clock, log: { warn() {} }, queues: [] });
  const key = signingKey(newSigningKey(signature), 'test');
  const proofs: Proof[] = [];
  const said: string[] = [];
  const log = { warn: (_: object, text: string) => void said.push(text), error: (_: object, text: string) => void said.push(text) };
  const options = { store, hash: 'sm3', key, folder, every: NEVER, clock, log } as const;
  return {
    store,
    folder,
    key,
    said,
    options,
    proof(hash = 'sm3') {
      const proof = openProof({ ...options, hash });
      proofs.push(proof);
      return proof;
    },
    async write(rows, action = 'case.opened') {
      await store.transaction(async ({ audit }) => {
        for (let n = 0; n < rows; n++) audit.write({ action, actor: 'clerk-1', role: 'clerk', outcome: 'done', case: 'C1', detail: { n } });
      });
    },
    run: (text) => store.transaction(async ({ db }) => void (await db.execute(sql.raw(text)))),
    report: async () => verifyProof(sourceOf(pagesOf(store)), await readCheckpoints([folder]), [key.public]),
    async [Symbol.asyncDispose]() {
      for (const proof of proofs) await proof.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const ROW = 'writer = (select min(writer) from yimen.audit) and number';

/** What somebody with the whole database would do: change a row and make everything behind it fit. */
async function rebuild(store: Store): Promise<void> {
  await store.transaction(async ({ db }) => {
    await db.execute(sql`update yimen.audit set entry = jsonb_set(entry, '{actor}', '"clerk-2"') where number = 4`);
    let link = GENESIS;
    for await (const { sequence, writer, number, digest = '', said } of sourceOf(pagesOf({ db })).links(0, 10_000)) {
      const honest = said?.entry && said.salt ? auditDigest({ writer, number, at: said.at, entry: said.entry, salt: said.salt }) : digest;
      link = nextLink('sm3', link, { writer, number, digest: honest });
      await db.execute(sql`update yimen.audit set digest = ${honest} where writer = ${writer} and number = ${number}`);
      await db.execute(sql`update yimen.audit_link set link = ${link} where sequence = ${sequence}`);
    }
  });
}

const TAMPERED: readonly (readonly [string, string, object])[] = [
  [
    'flip: a row says something else',
    `update yimen.audit set entry = jsonb_set(entry, '{actor}', '"x"') where ${ROW} = 7`,
    { number: 7, sequence: 7, what: /was changed/ },
  ],
  ['flip: its time', `update yimen.audit set at = at + interval '1 hour' where ${ROW} = 7`, { number: 7, what: /was changed/ }],
  [
    'flip: the column that lists are made from',
    `update yimen.audit set action = 'x' where ${ROW} = 7`,
    { number: 7, what: /column "action"/ },
  ],
  ['delete: a linked row', `delete from yimen.audit where ${ROW} = 7`, { number: 7, what: /deleted/ }],
  ['delete: a link', 'delete from yimen.audit_link where sequence = 7', { number: 8, sequence: 8, what: /before it, 7, is missing/ }],
  [
    'delete: the last links, with a counter',
    'delete from yimen.audit_link where sequence > 17',
    { sequence: 18, number: 18, what: /cut off/ },
  ],
  [
    'swap: two rows change places',
    `update yimen.audit a set (at, action, entry, salt, digest) = (select at, action, entry, salt, digest from yimen.audit b where b.writer = a.writer and b.number = 15 - a.number) where number in (7, 8)`,
    { number: 7, what: /was changed/ },
  ],
  [
    'swap: two links change rows',
    `update yimen.audit_link set number = 1000 + number where sequence in (7, 8); update yimen.audit_link set number = 1015 - number where sequence in (7, 8)`,
    { number: 8, sequence: 7, what: /before it, .+\/7, has no link/ },
  ],
  [
    'truncate: all traces of the last rows',
    'delete from yimen.audit_link where number > 15; delete from yimen.audit where number > 15; update yimen.audit_writer set last = 15; update yimen.audit_sealed set last = 15',
    { number: 16, sequence: 16, what: /checkpoint of .+ signed 20 links, and the chain ends at 15/ },
  ],
  ['truncate: the counter of a writer', 'update yimen.audit_writer set last = 12', { number: 13, what: /counted to 12 only/ }],
  [
    'add: a row without a number of its own',
    `insert into yimen.audit (writer, number, at, action, entry, salt, digest) select 'nobody', 1, at, action, entry, salt, digest from yimen.audit where ${ROW} = 1`,
    { writer: 'nobody', what: /counted to 0 only/ },
  ],
  [
    'emptied: a row without the mark of an erasure',
    `alter table yimen.audit drop constraint audit_check; update yimen.audit set entry = null where ${ROW} = 7`,
    { number: 7, what: /without the mark/ },
  ],
];

const EMPTY = { entry: null, salt: null, erasedAt: '2026-11-28T00:00:00.000Z' };
const SAME = `select entry from yimen.audit where action = 'proof.erased'`;
const UNNAMED = expect.stringContaining('no erasure that the hall signed names it');
const ERASED_BY_OTHERS: readonly (readonly [string, string, object])[] = [
  [
    'a row, with the mark of an erasure',
    `update yimen.audit set entry = null, salt = null, erased_at = now() where ${ROW} = 9`,
    { number: 9, sequence: 9, what: UNNAMED },
  ],
  [
    'a row, named by a statement that was changed',
    `update yimen.audit set entry = null, salt = null, erased_at = now() where ${ROW} = 9; update yimen.audit set entry = jsonb_set(entry, '{detail,erasure,rows}', '[[1,9]]') where action = 'proof.erased'`,
    { number: 13, what: expect.stringContaining('was changed') },
  ],
  [
    'the statement itself',
    `update yimen.audit set entry = null, salt = null, erased_at = now() where action = 'proof.erased'`,
    { number: 1, sequence: 1, what: UNNAMED },
  ],
  ['the statement, deleted', `delete from yimen.audit where action = 'proof.erased'`, { number: 13, what: 'it was deleted' }],
  [
    'a content put back that is another',
    `update yimen.audit set entry = (${SAME}), salt = 'x', erased_at = null where ${ROW} = 2`,
    { number: 2, what: expect.stringContaining('was changed') },
  ],
];

for (const { name, skip, open } of engines)
  describe.skipIf(skip)(`proof on ${name}`, () => {
    it('links what is committed, within moments and by itself, and holds', async () => {
      await using database = await open();
      await using hall = await bench(database.url);
      hall.proof();
      await hall.write(3);
      await expect.poll(async () => (await hall.report()).verified, { timeout: 5_000 }).toBe(3);
      expect(await hall.report()).toMatchObject({ verified: 3, unsealed: 0, erased: 0, finding: undefined });
    });

    it.each(TAMPERED)('T5: %s', async (_, tamper, expected) => {
      await using database = await open();
      await using hall = await bench(database.url);
      const proof = hall.proof();
      await hall.write(20);
      await proof.settle();
      expect((await hall.report()).finding).toBeUndefined();
      for (const statement of tamper.split(';')) await hall.run(statement);
      const { what, ...place } = expected as { what: RegExp };
      const { finding } = await hall.report();
      expect(finding).toMatchObject(place);
      expect(finding?.what).toMatch(what);
    });

    it('T5: rebuild: a chain that fits again is caught by an older checkpoint, and never signed', async () => {
      await using database = await open();
      await using hall = await bench(database.url);
      const proof = hall.proof();
      for (let n = 0; n < 5; n++) {
        await hall.write(1);
        await proof.settle();
      }
      await rebuild(hall.store);
      expect((await hall.report()).finding).toMatchObject({
        sequence: 4,
        what: expect.stringMatching(/signed another chain: this row was changed/),
      });
      await hall.write(1);
      await proof.settle();
      expect((await readCheckpoints([hall.folder])).found.map(({ checkpoint }) => checkpoint.sequence)).toEqual([1, 2, 3, 4, 5]);
      expect(hall.said).toContainEqual(expect.stringContaining('not the one that the last checkpoint signed'));
    });

    it('T5: a row that was deleted before it was linked is named, and nothing is linked past it', async () => {
      await using database = await open();
      await using hall = await bench(database.url);
      await hall.write(6);
      await hall.run('delete from yimen.audit where number = 4');
      await hall.proof().settle();
      const report = await hall.report();
      expect(report).toMatchObject({ verified: 3, finding: { number: 4, what: expect.stringContaining('before it was linked') } });
      expect(hall.said).toContainEqual(expect.stringContaining('a row of proof is missing'));
    });

    it('rows whose time is over lose their content and keep their place; whatever else is done to the chain is named as before', async () => {
      await using database = await open();
      await using hall = await bench(database.url);
      const proof = hall.proof();
      await hall.write(5, 'subject.read');
      await hall.write(5);
      await hall.write(5, 'subject.read');
      await proof.settle();
      const ages = (action: string) => new Date(action === 'subject.read' ? Date.now() + 60_000 : 0);
      expect([await proof.erase(ages, 7), await proof.erase(ages, 7), await proof.erase(ages, 7)]).toEqual([7, 3, 0]);
      await hall.write(2, 'subject.read');
      await proof.settle();
      expect(await hall.report()).toMatchObject({ verified: 19, erased: 10, unsealed: 0, finding: undefined });
      const left = await rowsOf<{ action: string }>(hall.store.db, sql`select action from yimen.audit where entry is not null`);
      expect(left.map(({ action }) => action).toSorted()).toEqual([
        ...Array(5).fill('case.opened'),
        ...Array(2).fill('proof.erased'),
        ...Array(2).fill('subject.read'),
      ]);
      await hall.run(`delete from yimen.audit where ${ROW} = 2`);
      expect((await hall.report()).finding).toMatchObject({ number: 2, what: 'it was deleted' });
    });

    it.each(ERASED_BY_OTHERS)('T5: erased by others: %s', async (_, tamper, expected) => {
      await using database = await open();
      await using hall = await bench(database.url);
      const proof = hall.proof();
      await hall.write(6, 'subject.read');
      await hall.write(6);
      await proof.settle();
      await proof.erase((action) => new Date(action === 'subject.read' ? Date.now() + 60_000 : 0), 100);
      await proof.settle();
      expect(await hall.report()).toMatchObject({ erased: 6, finding: undefined });
      for (const statement of tamper.split(';')) await hall.run(statement);
      await proof.settle();
      expect((await hall.report()).finding).toMatchObject(expected);
    });

    it('T5: erased by others: a row, named by a statement that another key signed and that is in the chain', async () => {
      await using database = await open();
      await using hall = await bench(database.url);
      const proof = hall.proof();
      await hall.write(6);
      await proof.settle();
      await using others = await bench(database.url);
      const forger = openProof({ ...others.options, store: hall.store });
      expect(await forger.erase(() => new Date(Date.now() + 60_000), 2)).toBe(2);
      await proof.settle();
      expect((await hall.report()).finding).toMatchObject({ number: 1, sequence: 1, what: UNNAMED });
      await forger.close();
    });

    it('an erasure is taken over into an export, and rows that only the file calls erased are named', async () => {
      await using database = await open();
      await using hall = await bench(database.url);
      const proof = hall.proof();
      await hall.write(4, 'subject.read');
      await hall.write(4);
      await proof.settle();
      await proof.erase((action) => new Date(action === 'subject.read' ? Date.now() + 60_000 : 0), 100);
      await proof.settle();
      const file = join(hall.folder, 'export.json');
      await exportProof(sourceOf(pagesOf(hall.store)), await readCheckpoints([hall.folder]), file, { keys: [hall.key.public.pem] });
      const verified = async () => {
        const { source, checkpoints } = await openExport(file);
        return verifyProof(source, checkpoints, [hall.key.public]);
      };
      expect(await verified()).toMatchObject({ verified: 9, erased: 4, finding: undefined });
      const emptied = (line: string) =>
        line.includes('"sequence":6,') ? JSON.stringify({ ...JSON.parse(line), said: { ...JSON.parse(line).said, ...EMPTY } }) : line;
      writeFileSync(file, readFileSync(file, 'utf8').split('\n').map(emptied).join('\n'));
      expect((await verified()).finding).toMatchObject({ sequence: 6, what: expect.stringContaining('no erasure that the hall signed') });
    });

    it('without a key nothing is erased: nobody could tell it from the doing of somebody else', async () => {
      await using database = await open();
      await using hall = await bench(database.url);
      await using keyless = { proof: openProof({ ...hall.options, key: undefined }), [Symbol.asyncDispose]: () => keyless.proof.close() };
      await hall.write(2);
      await keyless.proof.settle();
      expect(await keyless.proof.erase(() => new Date(Date.now() + 60_000), 100)).toBeUndefined();
    });

    it('rows without a link are counted as the tail', async () => {
      await using database = await open();
      await using hall = await bench(database.url);
      const proof = hall.proof();
      await hall.write(5);
      await proof.settle();
      await proof.close();
      await hall.write(2);
      expect(await hall.report()).toMatchObject({ verified: 5, unsealed: 2, signedTo: 5, finding: undefined });
    });

    it('several sealers at once make one chain', async () => {
      await using database = await open();
      await using hall = await bench(database.url);
      const proofs = [hall.proof('sm3'), hall.proof('sha256'), hall.proof('sm3')];
      const writing = Array.from({ length: 40 }, async () => {
        await hall.write(13);
        await Promise.all(proofs.map((proof) => proof.settle()));
      });
      await Promise.all(writing);
      await Promise.all(proofs.map((proof) => proof.close()));
      expect(await hall.report()).toMatchObject({ verified: 520, unsealed: 0, finding: undefined });
    });

    it('an export is verified without the database, and a changed byte in it is found', async () => {
      await using database = await open();
      await using hall = await bench(database.url);
      const proof = hall.proof();
      await hall.write(30);
      await proof.settle();
      await hall.write(30);
      await proof.settle();
      const file = join(hall.folder, 'export.json');
      const source = sourceOf(pagesOf(hall.store));
      const [{ said } = {}] = await pagesOf(hall.store).links(30, 31);
      const at = said?.at ?? '';
      for (const [options, shown] of [
        [{}, 60],
        [{ from: new Date(at) }, 30],
        [{ to: new Date(at) }, 30],
      ] as const) {
        rmSync(file, { force: true });
        expect(await exportProof(source, await readCheckpoints([hall.folder]), file, { ...options, keys: [hall.key.public.pem] })).toBe(
          shown,
        );
        const opened = await openExport(file);
        expect(await verifyProof(opened.source, opened.checkpoints, [hall.key.public])).toMatchObject({
          finding: undefined,
          verified: shown,
        });
      }
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replace('"actor":"clerk-1"', '"actor":"clerk-7"'));
      const opened = await openExport(file);
      expect((await verifyProof(opened.source, opened.checkpoints, [hall.key.public])).finding).toMatchObject({ number: 1 });
      writeFileSync(file, text.split('\n').slice(0, -5).join('\n'));
      const cut = await openExport(file);
      expect((await verifyProof(cut.source, cut.checkpoints, [hall.key.public])).finding?.what).toMatch(/are missing/);
    });
  });

describe('hashes and signatures', () => {
  for (const hash of ['sm3', 'sha256'] as const)
    for (const signature of ['sm2', 'ed25519'] as const)
      it(`${hash} and ${signature}: links and checkpoints hold, and a changed checkpoint proves nothing`, async () => {
        await using hall = await bench(undefined, signature);
        await hall.write(4);
        await hall.proof(hash).settle();
        expect(await hall.report()).toMatchObject({ verified: 4, checkpoints: 1, signedTo: 4, finding: undefined });
        const [first] = await pagesOf(hall.store).links(0, 1);
        expect(first?.link).toMatch(new RegExp(`^${hash}:[\\w-]{43}$`));
        const [name = ''] = readdirSync(hall.folder).filter((each) => each.endsWith('.jsonl'));
        const file = join(hall.folder, name);
        writeFileSync(file, readFileSync(file, 'utf8').replace(/"time":"20/, '"time":"19'));
        expect((await hall.report()).finding?.what).toMatch(/proves nothing: its signature is not that of the key/);
      });

  it('a key that was not given checks nothing', async () => {
    await using hall = await bench(undefined);
    await hall.write(1);
    await hall.proof().settle();
    const other = signingKey(newSigningKey('sm2'), 'test').public;
    const report = await verifyProof(sourceOf(pagesOf(hall.store)), await readCheckpoints([hall.folder]), [other]);
    expect(report).toMatchObject({ checkpoints: 0, finding: { what: expect.stringContaining('not among the keys given') } });
  });

  it('P12: a line that a killed process left half-written says nothing; a line that somebody broke is named', async () => {
    await using hall = await bench(undefined);
    const proof = hall.proof();
    for (let n = 0; n < 3; n++) {
      await hall.write(1);
      await proof.settle();
    }
    const [name = ''] = readdirSync(hall.folder).filter((each) => each.endsWith('.jsonl'));
    const file = join(hall.folder, name);
    truncateSync(file, readFileSync(file).length - 40);
    expect(await hall.report()).toMatchObject({ checkpoints: 2, torn: 1, finding: undefined });
    const next = hall.proof();
    await hall.write(1);
    await next.settle();
    expect(await hall.report()).toMatchObject({ checkpoints: 3, torn: 1, signedTo: 4, finding: undefined });
    appendFileSync(file, `\n${readFileSync(file, 'utf8').split('\n')[0]}\n`);
    expect((await hall.report()).finding?.what).toContain(`${file}:3 is no checkpoint`);
  });

  it('keys come from openssl too, and what is no key is named without being shown', () => {
    const sm2 = signingKey(OPENSSL_SM2, 'keys.audit');
    expect(sm2.public.verify('text', sm2.sign('text'))).toBe(true);
    expect(sm2.public.verify('Text', sm2.sign('text'))).toBe(false);
    expect(() => signingKey('-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----', 'keys.audit')).toThrow(
      /^keys\.audit must be a private key in PEM, Ed25519 or SM2: "openssl genpkey/,
    );
  });
});

/** `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2`, made for this test. */
const OPENSSL_SM2 = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQg98MVk+ere/uLNUNn
AoRPVBXmJhhf2Qvd+maAJMdQaoehRANCAAS6zlt2Cjnyk30dXe4ZktGL5RzGeKPn
ZlzEzIS5DsHvGu1mlN9Zg5sJUsWFibWF6ViDsjDQdSneHalBSaYqNKCm
-----END PRIVATE KEY-----
`;
