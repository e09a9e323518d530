import { asc, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { type AuditEntry, auditDigest, canonical, type Store } from '../../store/index.ts';
import { follows } from './chain.ts';
import { type Checkpoint, readCheckpoint, wrongSignature } from './checkpoint.ts';
import { readCheckpoints } from './checkpoint-files.ts';
import type { PublicKey, SigningKey } from './keys.ts';
import { type Linked, linkAt, pagesOf, sourceOf } from './ledger.ts';
import type { Sealer } from './sealer.ts';
import { auditLinks, auditRows } from './tables.ts';

const Place = z.strictObject({ sequence: z.int(), writer: z.string(), number: z.int(), digest: z.string() });
const Row = Place.extend({ at: z.string(), entry: z.looseObject({ action: z.string() }), salt: z.string() });
const Segment = z.strictObject({
  /** The link before the first one. */
  previous: z.string(),
  links: z.array(Place.extend({ link: z.string() })).min(1),
  checkpoint: z.unknown(),
});

/** Rows of proof and all that shows that a checkpoint covers them. */
export const ProvenRows = z.strictObject({
  rows: z.array(Row),
  segments: z.array(Segment),
  /** Public key of the checkpoints, in PEM. */
  key: z.string(),
});
export type ProvenRows = z.infer<typeof ProvenRows>;
export type ProvenRow = ProvenRows['rows'][number];
type Segment = z.infer<typeof Segment>;

export interface EvidenceTools {
  readonly store: Pick<Store, 'db'>;
  readonly sealer: Pick<Sealer, 'checkpoint' | 'seal'>;
  readonly key: SigningKey;
  readonly folder: string;
}

/** The rows of a case that still say something, each under the first checkpoint that covers it. */
export async function provenRows(caseNumber: string, { store, sealer, key, folder }: EvidenceTools): Promise<ProvenRows> {
  await sealer.seal();
  await sealer.checkpoint();
  const rows = await rowsOfCase(store, caseNumber);
  const { found } = await readCheckpoints([folder]);
  const trusted = found.map(({ checkpoint }) => checkpoint).filter((each) => !wrongSignature(each, [key.public]));
  return { rows, segments: await segmentsFor(rows, trusted, store), key: key.public.pem };
}

async function rowsOfCase({ db }: Pick<Store, 'db'>, caseNumber: string): Promise<ProvenRow[]> {
  const found = await db
    .select({ row: auditRows, sequence: auditLinks.sequence })
    .from(auditRows)
    .innerJoin(auditLinks, sql`${auditLinks.writer} = ${auditRows.writer} and ${auditLinks.number} = ${auditRows.number}`)
    .where(sql`${auditRows.entry} ? 'case' and ${eq(sql`${auditRows.entry}->>'case'`, caseNumber)}`)
    .orderBy(asc(auditLinks.sequence));
  return found.flatMap(({ sequence, row: { writer, number, at, entry, salt, digest } }) =>
    entry === null || salt === null ? [] : [{ sequence, writer, number, at: at.toISOString(), entry: { ...entry }, salt, digest }],
  );
}

async function segmentsFor(rows: readonly ProvenRow[], checkpoints: readonly Checkpoint[], store: Pick<Store, 'db'>): Promise<Segment[]> {
  const segments: Segment[] = [];
  let reached = 0;
  for (const { sequence } of rows.filter((row) => row.sequence > 0)) {
    if (sequence <= reached) continue;
    const checkpoint = checkpoints.find((each) => each.sequence >= sequence);
    if (!checkpoint) throw new Error(`no checkpoint covers the row at sequence ${sequence}: run "yimen audit verify"`);
    segments.push(await segment(sequence, checkpoint, store));
    reached = checkpoint.sequence;
  }
  return segments;
}

async function segment(from: number, checkpoint: Checkpoint, store: Pick<Store, 'db'>): Promise<Segment> {
  const links: Segment['links'] = [];
  for await (const linked of sourceOf(pagesOf(store)).links(from - 1, checkpoint.sequence)) links.push(shown(linked));
  const previous = from === 1 ? (await pagesOf(store).state()).start.link : await linkAt(store, from - 1);
  if (previous === undefined) throw new Error(`the link at sequence ${from - 1} is missing: run "yimen audit verify"`);
  return { previous, links, checkpoint };
}

function shown({ sequence, writer, number, digest, link }: Linked): Segment['links'][number] {
  if (digest === undefined) throw new Error(`the row ${writer}/${number} is missing: run "yimen audit verify"`);
  return { sequence, writer, number, digest, link };
}

/** What is wrong with rows of proof, in one sentence that names the row; undefined when all is proven. */
export function wrongRows({ rows, segments }: ProvenRows, key: PublicKey): string | undefined {
  for (const each of segments) {
    const wrong = wrongSegment(each, key);
    if (wrong) return wrong;
  }
  const proven = new Set(segments.flatMap(({ links }) => links.map(({ link: _, ...place }) => canonical(place))));
  for (const { sequence, writer, number, at, entry, salt, digest } of rows) {
    const row = `the row ${writer}/${number} (sequence ${sequence})`;
    if (auditDigest({ writer, number, at, entry: entry as unknown as AuditEntry, salt }) !== digest) return `${row} was changed`;
    if (!proven.has(canonical({ sequence, writer, number, digest }))) return `${row} is not in the chain that was signed`;
  }
  return undefined;
}

function wrongSegment({ previous, links, checkpoint: raw }: Segment, key: PublicKey): string | undefined {
  const checkpoint = readCheckpoint(raw);
  if (!checkpoint) return 'a checkpoint in it cannot be read';
  const wrong = wrongSignature(checkpoint, [key]);
  if (wrong) return `the checkpoint of ${checkpoint.time} proves nothing: ${wrong}`;
  let [before, place] = [previous, (links[0]?.sequence ?? 0) - 1];
  for (const { link, ...at } of links) {
    if (at.sequence !== ++place || !follows(link, before, at))
      return `the link of ${at.writer}/${at.number} (sequence ${at.sequence}) does not follow`;
    before = link;
  }
  const isSigned = before === checkpoint.link && place === checkpoint.sequence;
  return isSigned ? undefined : `the checkpoint of ${checkpoint.time} signed another chain`;
}
