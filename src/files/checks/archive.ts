import { createInflateRaw } from 'node:zlib';
import { FileRefused } from '../refusal.ts';
import type { Received } from '../types.ts';

const MOST_ENTRIES = 5_000;
const MOST_DIRECTORY = 2 * 1024 * 1024;
const MOST_UNPACKED = 200 * 1024 * 1024;
const STEP = 64 * 1024;
const [ENTRY, LOCAL, END] = [0x02014b50, 0x04034b50, 0x06054b50];
const [STORED, DEFLATED] = [0, 8];

/** One entry as the directory at the end has it (APPNOTE.TXT, 4.3.12). */
interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly packed: number;
  readonly unpacked: number;
  readonly at: number;
}

/**
 * An OFD is a zip with `OFD.xml` at its root. Refuses everything by which unpacking it would hurt: names that lead out,
 * entries that lie over each other, encrypted ones, more than 200 MB; every entry is unpacked once, piece by piece, for what
 * the directory says of its size need not be true.
 */
export async function checkArchive(file: Received): Promise<void> {
  const entries = await entriesOf(file);
  if (!entries.some(({ name }) => name === 'OFD.xml')) throw new FileRefused('FILE_TYPE_REFUSED');
  if (entries.some(isUnfit) || new Set(entries.map(({ name }) => name)).size < entries.length) throw unfit();
  if (entries.reduce((sum, { unpacked }) => sum + unpacked, 0) > MOST_UNPACKED) throw unfit();
  let free = 0;
  for (const entry of entries.toSorted((a, b) => a.at - b.at)) {
    if (entry.at < free) throw unfit();
    free = await checkEntry(file, entry);
  }
}

const unfit = () => new FileRefused('FILE_ARCHIVE_REFUSED');
const broken = () => new FileRefused('FILE_BROKEN');

const ENCRYPTED = 1;
const LEADS_OUT = /(^|\/)\.\.(\/|$)|^\/|\\|:|\p{Cc}/u;
const isUnfit = ({ name, flags, method }: Entry): boolean =>
  (flags & ENCRYPTED) !== 0 || ![STORED, DEFLATED].includes(method) || LEADS_OUT.test(name) || name === '';

async function entriesOf(file: Received): Promise<readonly Entry[]> {
  const tail = await file.slice(Math.max(0, file.size - 22 - 0xffff), 22 + 0xffff);
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || tail.length - end < 22 || tail.readUInt32LE(end) !== END) throw broken();
  const [count, length, from] = [tail.readUInt16LE(end + 10), tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  // 0xffff and 0xffffffff stand for ZIP64, which nothing of 20 MB needs.
  if (count > MOST_ENTRIES || length > MOST_DIRECTORY) throw unfit();
  const directory = await file.slice(from, length);
  if (directory.length < length) throw broken();
  const entries: Entry[] = [];
  for (let at = 0; entries.length < count; ) {
    if (directory.length < at + 46 || directory.readUInt32LE(at) !== ENTRY) throw broken();
    const [name, extra, comment] = [directory.readUInt16LE(at + 28), directory.readUInt16LE(at + 30), directory.readUInt16LE(at + 32)];
    entries.push(entryAt(directory, at, name));
    at += 46 + name + extra + comment;
  }
  return entries;
}

const entryAt = (directory: Buffer, at: number, name: number): Entry => ({
  name: directory.toString('utf8', at + 46, at + 46 + name),
  flags: directory.readUInt16LE(at + 8),
  method: directory.readUInt16LE(at + 10),
  packed: directory.readUInt32LE(at + 20),
  unpacked: directory.readUInt32LE(at + 24),
  at: directory.readUInt32LE(at + 42),
});

/** Holds the entry against its own head, unpacks it, and gives back where it ends. */
async function checkEntry(file: Received, { name, method, packed, unpacked, at }: Entry): Promise<number> {
  const head = await file.slice(at, 30);
  if (head.length < 30 || head.readUInt32LE(0) !== LOCAL) throw broken();
  const named = head.readUInt16LE(26);
  const from = at + 30 + named + head.readUInt16LE(28);
  if (from + packed > file.size) throw broken();
  // Two names for one entry: some read the one, some the other.
  if ((await file.slice(at + 30, named)).toString('utf8') !== name) throw unfit();
  const size = method === STORED ? packed : await unpackedSize(file, from, packed, unpacked);
  if (size !== unpacked) throw unfit();
  return from + packed;
}

async function unpackedSize(file: Received, from: number, length: number, most: number): Promise<number> {
  const inflate = createInflateRaw();
  const feeding = (async () => {
    for (let at = from; at < from + length && !inflate.destroyed; at += STEP) {
      const piece = await file.slice(at, Math.min(STEP, from + length - at));
      if (!inflate.write(piece)) await new Promise((go) => inflate.once('drain', go).once('close', go));
    }
    if (!inflate.destroyed) inflate.end();
  })();
  let size = 0;
  try {
    for await (const piece of inflate as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > most) break;
    }
  } catch {
    throw broken();
  } finally {
    inflate.destroy();
    await feeding;
  }
  return size;
}
