import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { canonical } from '../audit.ts';
import { derivedKey } from '../key.ts';

export const MANIFEST = 'manifest.json';
const FORMAT = 1;

/** No name leads out of the folder of the backup, or into a hidden one. */
const Path = z.string().regex(/^(?:tables|files|checkpoints)(?:\/[\w-][\w.-]*)+$/, 'a file of the backup');
const Piece = z.strictObject({ path: Path, bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const Name = z.string().regex(/^[a-z_]+\.[a-z_0-9]+$/);

const Content = z.strictObject({
  format: z.literal(FORMAT),
  /** Version of Yimen that wrote it. */
  yimen: z.string(),
  at: z.iso.datetime(),
  engine: z.enum(['postgres', 'embedded']),
  /** Of the database server. */
  server: z.string(),
  migrations: z.array(z.string()),
  jobs: z.int().optional(),
  /** In the order in which they are restored. */
  tables: z.array(z.strictObject({ name: Name, columns: z.array(z.string()), rows: z.int().min(0), path: Path })),
  pieces: z.array(Piece),
  /** What the backup does not hold, and where it is to be kept. */
  notHeld: z.array(z.string()),
});

/** What a backup holds. */
export type Content = z.infer<typeof Content>;

const Manifest = z.strictObject({ ...Content.shape, digest: z.string(), seal: z.string() });

/** The text of a manifest. Its digest shows an accident; its seal, made with the hall's key, whoever changes it on purpose. */
export function manifestOf(content: Content, key: Buffer): string {
  return `${JSON.stringify({ ...content, digest: digestOf(content), seal: sealOf(content, key) }, null, 1)}\n`;
}

/** Reads what a backup says it holds. Throws with the name of the file and what to do. */
export async function readManifest(folder: string, key: Buffer): Promise<Content> {
  const raw = await parsed(folder);
  const format = (raw as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format !== FORMAT)
    throw new Error(`${MANIFEST} is of format ${format}, this version of Yimen reads ${FORMAT}: restore with the version that wrote it`);
  const { success, data } = Manifest.safeParse(raw);
  if (!success) throw new Error(`${MANIFEST} is not one that "yimen backup" wrote; nothing was written`);
  const { digest, seal, ...content } = data;
  if (digest !== digestOf(content)) throw new Error(`${MANIFEST} is not what the backup wrote: it was changed, nothing was written`);
  if (!isSame(seal, sealOf(content, key)))
    throw new Error(`${MANIFEST} is sealed with another key: put back the keys.ids of the hall that was saved, or nothing could be read`);
  return content;
}

async function parsed(folder: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(resolve(folder, MANIFEST), 'utf8');
  } catch (cause) {
    throw new Error(`${folder} has no ${MANIFEST}: it is no backup, or one that was broken off`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${MANIFEST} is cut off or changed: it is no JSON, nothing was written`, { cause });
  }
}

const digestOf = (content: Content): string => createHash('sha256').update(canonical(content)).digest('hex');

const sealOf = (content: Content, key: Buffer): string =>
  createHmac('sha256', derivedKey(key, 'backups')).update(canonical(content)).digest('hex');

const isSame = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
