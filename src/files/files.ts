import { randomUUID } from 'node:crypto';
import { mkdir, statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import { and, count, eq, isNull, lt, ne, sql } from 'drizzle-orm';
import type { Store, Unit, Vault } from '../store/index.ts';
import { cleanName, mustFit } from './checks/name.ts';
import { eicarScanner, type Scanner } from './checks/scan.ts';
import { judge } from './checks/type.ts';
import type { Place } from './places/place.ts';
import { FileRefused } from './refusal.ts';
import { opened } from './seal.ts';
import { clearSpool, receive, type Spooled } from './spool.ts';
import { type FileRow, files } from './table.ts';
import type { Declared, FileType, FileView, StoredFile, Who } from './types.ts';

export interface FilesOptions {
  readonly store: Pick<Store, 'db' | 'transaction'>;
  readonly place: Place;
  /** Folder in which files are received and looked at; with a folder as place, that folder. */
  readonly folder: string;
  /** Seals names. */
  readonly vault: Vault;
  /** Seals contents: 32 bytes. */
  readonly key: Buffer;
  readonly clock: { now(): number };
  /** Longest file, in bytes. */
  readonly most?: number | undefined;
  /** Bytes of the disk that files leave free. */
  readonly reserve?: number | undefined;
  readonly scanner?: Scanner | undefined;
  /** Free bytes where files are received. */
  readonly free?: (() => Promise<number>) | undefined;
}

/** Files of the hall. */
export interface Files {
  /** Takes in a file: received, looked at, kept. Rejects with {@link FileRefused}, and then nothing of it is kept. */
  put(source: AsyncIterable<Buffer>, declared: Declared, who: Who): Promise<StoredFile>;
  /** Keeps a document that an agency sent, as part of a case, in the caller's transaction. Rejects with {@link FileRefused}. */
  deposit(unit: Unit, document: { readonly type: string; readonly bytes: Buffer }, caseId: string, who: Who): Promise<StoredFile>;
  /** Makes a file part of a case. Undefined where there is no such file, it is not theirs, or it belongs to another case. */
  claim(unit: Unit, id: string, caseId: string, who: Who): Promise<StoredFile | undefined>;
  /** A file that is kept, by its id. */
  find(id: string): Promise<FileView | undefined>;
  /** Its content, piece by piece. Rejects with `ContentBroken` before a byte that is not what was kept. */
  read(file: Pick<StoredFile, 'sha256' | 'size'>): AsyncIterable<Buffer>;
  /** Notes who is about to read a file. */
  seen(file: FileView, who: Who): Promise<void>;
  /** Lets go of what nobody claimed within a day, and of what was released; gives back how many it looked at. */
  sweep(): Promise<number>;
  /** Takes a case's files out of it for good, in the caller's transaction: nobody finds them any more, and the sweep lets go of them. */
  release(unit: Pick<Unit, 'db'>, caseId: string): Promise<number>;
  /** Lets go of some of what was set apart before a moment; gives back how many. */
  dropQuarantined(before: Date): Promise<number>;
  close(): Promise<void>;
}

const MOST_BYTES = 20 * 1024 * 1024;
/** Bytes of the disk that files leave free where settings do not say. */
export const RESERVE_BYTES = 512 * 1024 * 1024;
const UNCLAIMED_MS = 24 * 60 * 60_000;
const SPOOL_EVERY_MS = 60_000;
const MOST_AT_ONCE = 100;
/** Who may make another's file part of a case. */
const STAFF: ReadonlySet<string> = new Set(['clerk', 'officer', 'supervisor']);
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Sets a file apart in which a scanner found something. */
type SetApart = (spooled: Spooled, found: string) => Promise<void>;

export function openFiles(options: FilesOptions): Files {
  const { store, place, vault, key, clock, most = MOST_BYTES, reserve = RESERVE_BYTES } = options;
  const spool = resolve(options.folder, 'spool');
  const free = options.free ?? (() => freeAt(options.folder));
  const scanners = [eicarScanner, ...(options.scanner ? [options.scanner] : [])];
  const nameOf = (sha256: string) => Buffer.from(vault.name('file', sha256), 'base64url').toString('hex');
  let clearedAt = 0;

  async function received(source: AsyncIterable<Buffer>, { size }: Declared): Promise<Spooled> {
    if (size !== undefined && size > most) throw new FileRefused('FILE_TOO_LARGE');
    if ((await free()) - (size ?? most) < reserve) throw new FileRefused('FILE_STORE_FULL');
    const spooled = await receive(source, { folder: spool, key, most });
    if (size === undefined || size === spooled.size) return spooled;
    await spooled.discard();
    throw new FileRefused('FILE_INCOMPLETE');
  }

  /** The type of a file that may be kept. What a scanner finds something in is set apart first. */
  async function lookedAt(spooled: Spooled, name: string | undefined, declared: string | undefined, apart: SetApart): Promise<FileType> {
    for (const scan of scanners) {
      const found = await scan(spooled);
      if (found === undefined) continue;
      await apart(spooled, found);
      throw new FileRefused('FILE_INFECTED');
    }
    const type = await judge(spooled, declared);
    mustFit(name, type);
    return type;
  }

  async function setApart({ db, audit }: Unit, spooled: Spooled, found: string, name: string | undefined, who: Who): Promise<void> {
    const row = rowOf(spooled, { state: 'QUARANTINED', type: null }, name, who);
    await place.keep(spooled, nameOf(row.sha256), 'quarantine');
    await db.insert(files).values(row);
    audit.write({ action: 'file.quarantined', ...who, outcome: 'refused', detail: { file: row.id, sha256: row.sha256, found } });
  }

  function rowOf(
    { size, sha256 }: Spooled,
    { state, type, caseId = null }: Pick<FileRow, 'state' | 'type'> & { readonly caseId?: string | null },
    name: string | undefined,
    { actor }: Who,
  ): FileRow {
    const id = randomUUID();
    const sealed = name === undefined ? null : vault.seal(`file.${id}`, name);
    return { id, state, type, size, sha256, sealed, caseId, uploadedBy: actor, uploadedAt: new Date(clock.now()) };
  }

  /**
   * The row comes first and says that the content is on its way: a sweep that lets go of the same content at this moment
   * either sees the row and leaves the content, or is done before the content comes.
   */
  async function kept(spooled: Spooled, row: FileRow, who: Who): Promise<StoredFile> {
    await store.transaction(async (unit) => {
      await holdContent(unit, row.sha256);
      await unit.db.insert(files).values(row);
    });
    await place.keep(spooled, nameOf(row.sha256), 'contents');
    await store.transaction(async ({ db, audit }) => {
      await db.update(files).set({ state: 'KEPT' }).where(eq(files.id, row.id));
      audit.write({ action: 'file.uploaded', ...who, outcome: 'done', detail: proofOf(row) });
    });
    return storedOf(row);
  }

  async function letGo(unit: Unit, { id, sha256 }: Pick<FileRow, 'id' | 'sha256'>): Promise<void> {
    await holdContent(unit, sha256);
    const gone = await unit.db
      .delete(files)
      .where(and(eq(files.id, id), isNull(files.caseId)))
      .returning({ id: files.id });
    const sameContent = and(eq(files.sha256, sha256), ne(files.state, 'QUARANTINED'));
    const [left] = await unit.db.select({ rows: count() }).from(files).where(sameContent);
    if (gone.length > 0 && left?.rows === 0) await place.remove(nameOf(sha256), 'contents');
  }

  async function refusedProof(cause: unknown, who: Who): Promise<never> {
    if (cause instanceof FileRefused && cause.code !== 'FILE_INFECTED')
      await store.transaction(async ({ audit }) =>
        audit.write({ action: 'file.refused', ...who, outcome: 'refused', detail: { code: cause.code } }),
      );
    throw cause;
  }

  async function take(source: AsyncIterable<Buffer>, declared: Declared, who: Who): Promise<StoredFile> {
    const name = cleanName(declared.name);
    const spooled = await received(source, declared);
    try {
      const apart: SetApart = (...found) => store.transaction((unit) => setApart(unit, ...found, name, who));
      const type = await lookedAt(spooled, name, declared.type, apart);
      return await kept(spooled, rowOf(spooled, { state: 'RECEIVING', type }, name, who), who);
    } finally {
      await spooled.discard();
    }
  }

  return {
    put: (source, declared, who) => take(source, declared, who).catch((cause: unknown) => refusedProof(cause, who)),
    async deposit(unit, { type: declared, bytes }, caseId, who) {
      const spooled = await received(once(bytes), { size: bytes.length });
      try {
        const type = await lookedAt(spooled, undefined, declared, (...found) => setApart(unit, ...found, undefined, who));
        const row = rowOf(spooled, { state: 'KEPT', type, caseId }, undefined, who);
        await holdContent(unit, row.sha256);
        await unit.db.insert(files).values(row);
        await place.keep(spooled, nameOf(row.sha256), 'contents');
        unit.audit.write({ action: 'file.deposited', ...who, outcome: 'done', detail: proofOf(row) });
        return storedOf(row);
      } finally {
        await spooled.discard();
      }
    },
    async claim(unit, id, caseId, who) {
      const [row] = ID.test(id) ? await unit.db.select().from(files).where(isKept(id)).for('update') : [];
      const isTheirs = row?.caseId === null ? row.uploadedBy === who.actor || STAFF.has(who.role) : row?.caseId === caseId;
      if (!row || !isTheirs) return undefined;
      await unit.db.update(files).set({ caseId }).where(eq(files.id, id));
      return storedOf(row);
    },
    async find(id) {
      const [row] = ID.test(id) ? await store.db.select().from(files).where(isKept(id)) : [];
      if (!row) return undefined;
      const name = row.sealed && vault.open(`file.${row.id}`, row.sealed);
      return { ...storedOf(row), uploadedBy: row.uploadedBy, caseId: row.caseId, name: name ? name.toString('utf8') : null };
    },
    read: ({ sha256, size }) => opened(place.read(nameOf(sha256), 'contents'), key, { sha256, size }),
    seen: ({ id, caseId }, { actor, role, window }) =>
      store.transaction(async ({ audit }) =>
        audit.write({ action: 'file.read', actor, role, window, outcome: 'done', detail: { file: id, ...(caseId && { caseId }) } }),
      ),
    async sweep() {
      if (Date.now() - clearedAt > SPOOL_EVERY_MS) {
        clearedAt = Date.now();
        await clearSpool(spool);
      }
      const before = new Date(clock.now() - UNCLAIMED_MS);
      const unclaimed = and(isNull(files.caseId), ne(files.state, 'QUARANTINED'), lt(files.uploadedAt, before));
      const rows = await store.db.select({ id: files.id, sha256: files.sha256 }).from(files).where(unclaimed).limit(MOST_AT_ONCE);
      for (const row of rows) await store.transaction((unit) => letGo(unit, row));
      return rows.length;
    },
    async release({ db }, caseId) {
      // As what a killed process left half received: older than anything that may still be claimed, and never served.
      const gone = { caseId: null, state: 'RECEIVING', sealed: null, uploadedAt: new Date(0) } as const;
      return (await db.update(files).set(gone).where(eq(files.caseId, caseId)).returning({ id: files.id })).length;
    },
    async dropQuarantined(before) {
      const old = and(eq(files.state, 'QUARANTINED'), lt(files.uploadedAt, before));
      const rows = await store.db.select({ id: files.id, sha256: files.sha256 }).from(files).where(old).limit(MOST_AT_ONCE);
      for (const { id, sha256 } of rows)
        await store.transaction(async (unit) => {
          await holdContent(unit, sha256);
          await unit.db.delete(files).where(eq(files.id, id));
          const left = await unit.db.$count(files, and(eq(files.sha256, sha256), eq(files.state, 'QUARANTINED')));
          if (left === 0) await place.remove(nameOf(sha256), 'quarantine');
        });
      return rows.length;
    },
    close: () => place.close(),
  };
}

const isKept = (id: string) => and(eq(files.id, id), eq(files.state, 'KEPT'));

/** Until the transaction ends nobody else decides whether this content stays. */
const holdContent = ({ db }: Unit, sha256: string) => db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${sha256}, 0))`);

const proofOf = ({ id, sha256, type, size }: FileRow) => ({ file: id, sha256, type, size });

function storedOf({ id, type, size, sha256 }: FileRow): StoredFile {
  if (type === null) throw new Error('a file that is kept has a type');
  return { id, type, size, sha256 };
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function freeAt(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
