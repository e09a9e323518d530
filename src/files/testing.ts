import { createHash, createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { deflateRawSync } from 'node:zlib';
import { openStore, Vault } from '../store/index.ts';
import { type Files, type FilesOptions, folderPlace, openFiles, type Place, s3Place } from './index.ts';

/** A place with a look behind it: everything it keeps, by name. */
export interface TestPlace extends AsyncDisposable {
  readonly place: Place;
  /** Folder in which files are received. */
  readonly folder: string;
  contents(): ReadonlyMap<string, Buffer>;
}

function filesUnder(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Names of what lies in the spool. */
export const spooled = (folder: string): readonly string[] => filesUnder(folder).filter((name) => name.includes('/spool/'));

export async function testFolder(): Promise<TestPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'yimen-files-'));
  return {
    place: folderPlace(folder),
    folder,
    contents: () =>
      new Map(
        filesUnder(folder)
          .filter((name) => !name.includes('/spool/'))
          .map((name) => [name.slice(folder.length + 1), readFileSync(name)]),
      ),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

const [ACCESS, SECRET, REGION, BUCKET] = ['AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', 'cn-north-1', 'hall-files'];

/** A store that speaks S3 and takes nothing that is not signed to the letter; its checks share no code with what signs. */
export async function testS3(): Promise<TestPlace> {
  const kept = new Map<string, Buffer>();
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    response.statusCode = isSigned(request, body) ? answer(request, body, kept) : 403;
    const found = request.method === 'GET' && response.statusCode === 200 ? kept.get(request.url ?? '') : undefined;
    response.end(found);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const spool = await testFolder();
  const place = s3Place({ url: `http://127.0.0.1:${port}`, bucket: BUCKET, region: REGION, accessKey: ACCESS, secretKey: SECRET });
  return {
    place,
    folder: spool.folder,
    contents: () => new Map([...kept].map(([name, bytes]) => [name.slice(BUCKET.length + 2), bytes])),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await spool[Symbol.asyncDispose]();
    },
  };
}

function answer({ method, url = '' }: IncomingMessage, body: Buffer, kept: Map<string, Buffer>): number {
  if (!url.startsWith(`/${BUCKET}/`)) return 404;
  if (method === 'PUT') kept.set(url, body);
  else if (method === 'DELETE') return kept.delete(url) ? 204 : 404;
  else if (!kept.has(url)) return 404;
  return 200;
}

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
const mac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();

function isSigned({ method, url, headers }: IncomingMessage, body: Buffer): boolean {
  const [, credential = '', signed = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=(\S+?), ?SignedHeaders=(\S+?), ?Signature=([0-9a-f]{64})$/.exec(headers.authorization ?? '') ?? [];
  const date = String(headers['x-amz-date']);
  const scope = `${date.slice(0, 8)}/${REGION}/s3/aws4_request`;
  const names = signed.split(';');
  const needed = ['host', 'x-amz-content-sha256', 'x-amz-date', ...(body.length > 0 ? ['content-type'] : [])];
  if (credential !== `${ACCESS}/${scope}` || !needed.every((name) => names.includes(name))) return false;
  if (headers['x-amz-content-sha256'] !== sha256(body)) return false;
  const canonical = `${method}\n${url}\n\n${names.map((name) => `${name}:${headers[name]}\n`).join('')}\n${signed}\n${sha256(body)}`;
  const key = mac(mac(mac(mac(`AWS4${SECRET}`, date.slice(0, 8)), REGION), 's3'), 'aws4_request');
  return mac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`).toString('hex') === signature;
}

/** Files over an embedded database in memory, in a place of the test's own. */
export interface TestFiles extends AsyncDisposable {
  readonly files: Files;
  readonly clock: { at: number };
  /** Rows of a statement. */
  rows(text: string): Promise<readonly Record<string, unknown>[]>;
  readonly store: Awaited<ReturnType<typeof openStore>>;
}

/** One database for a file of tests: it takes a second to open, and every test finds it empty. */
let database: ReturnType<typeof openStore> | undefined;
const clock = { at: 0, now: () => clock.at };

export async function testFiles({ place, folder }: TestPlace, more: Partial<FilesOptions> = {}): Promise<TestFiles> {
  database ??= openStore({ clock, log: { warn() {} }, queues: [] });
  const store = await database;
  await store.transaction(({ db }) => db.execute('truncate yimen.files, yimen.audit, yimen.cases cascade'));
  clock.at = Date.UTC(2026, 10, 25);
  const key = randomBytes(32);
  const files = openFiles({ store, place, folder, clock, key, vault: new Vault(key), reserve: 0, ...more });
  return {
    files,
    clock,
    store,
    rows: async (text) => ((await store.db.execute(text)) as unknown as { rows: Record<string, unknown>[] }).rows,
    [Symbol.asyncDispose]: () => files.close(),
  };
}

/** The body of an upload, in pieces. */
export async function* piecesOf(bytes: Buffer, size = 10_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A PDF of one empty page, with something in it. */
export const pdf = (inside = ''): Buffer =>
  Buffer.from(
    `%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n${inside}\ntrailer<</Root 1 0 R>>\n%%EOF\n`,
  );

/** A PNG's beginning and end: as much as says how large it is. */
export function png(width: number, height: number): Buffer {
  const head = Buffer.from('89504e470d0a1a0a0000000d49484452000000000000000008020000000000000000000000', 'hex');
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  return Buffer.concat([head, Buffer.from('0000000049454e44ae426082', 'hex')]);
}

/** A JPEG with a comment before the frame that says how large it is. */
export function jpeg(width: number, height: number): Buffer {
  const frame = Buffer.from('ffc0000b080000000001011100', 'hex');
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  return Buffer.concat([Buffer.from('ffd8fffe0004abcd', 'hex'), frame, Buffer.from('ffd9', 'hex')]);
}

/** What the directory at the end of a zip may say that is not so. */
interface Lies {
  readonly unpacked?: number;
  readonly at?: number;
  readonly flags?: number;
}

export interface ZipEntry extends Lies {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A zip, entry by entry as given. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const [locals, directory]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const { name, bytes, ...lies } of entries) {
    const packed = deflateRawSync(bytes);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(lies.flags ?? 0, 8);
    central.writeUInt16LE(8, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(lies.unpacked ?? bytes.length, 24);
    central.writeUInt16LE(Buffer.byteLength(name), 28);
    central.writeUInt32LE(lies.at ?? at, 42);
    locals.push(local, Buffer.from(name), packed);
    directory.push(central, Buffer.from(name));
    at += 30 + Buffer.byteLength(name) + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

export const ofd = (...more: readonly ZipEntry[]): Buffer => zip([{ name: 'OFD.xml', bytes: Buffer.from('<ofd:OFD/>') }, ...more]);

/** The file with which scanners are tested, put together here so that no scanner finds it in this one. */
export const eicar = (): Buffer => Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', 'STANDARD-ANTIVIRUS-TEST', 'FILE!$H+H*'].join('-'));
