import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { z } from 'zod';
import { readCheckpoint } from './checkpoint.ts';
import { type FoundCheckpoint, type FoundCheckpoints, linesOf } from './checkpoint-files.ts';
import { readErasure } from './erasure.ts';
import type { Linked, ProofSource, ProofState, Tail } from './ledger.ts';

const TYPE = 'yimen-audit-export';
const Header = z.object({
  type: z.literal(TYPE),
  start: z.object({ sequence: z.int(), link: z.string() }),
  end: z.int(),
  writers: z.array(z.object({ writer: z.string(), given: z.int(), sealed: z.int(), first: z.int(), last: z.int() })).optional(),
  /** Public keys of the checkpoints, in PEM. */
  keys: z.array(z.string()),
});
const Entry = z.looseObject({ action: z.string(), actor: z.string(), role: z.string(), outcome: z.enum(['done', 'refused']) });
const SaidShape = z.object({
  at: z.string(),
  action: z.string(),
  entry: Entry.nullable(),
  salt: z.string().nullable(),
  erasedAt: z.string().nullable(),
});
const LinkLine = z.object({
  sequence: z.int(),
  writer: z.string(),
  number: z.int(),
  link: z.string(),
  digest: z.string().optional(),
  said: SaidShape.optional(),
});

export interface ExportOptions {
  /** Only rows written in this span are shown; between them, and up to the checkpoint that covers the last, only digests. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly keys: readonly string[];
}

interface Range {
  readonly start: Tail;
  readonly last: number;
  readonly end: number;
}

/**
 * Writes a part of the proof as JSON lines: a header, the checkpoints that cover it, every link, each with its row or only its
 * digest, and what the hall signed to have erased of them. Gives back how many rows are shown; rejects where there is none.
 */
export async function exportProof(source: ProofSource, { found }: FoundCheckpoints, file: string, options: ExportOptions): Promise<number> {
  const state = await source.state();
  const range = await rangeOf(source, state, found, options);
  const isWhole = range.start.sequence === 0 && range.end === state.end;
  const signed = found.filter(({ checkpoint: { sequence } }) => sequence > range.start.sequence && sequence <= range.end);
  const out = createWriteStream(file, { flags: 'wx' });
  const write = async (value: unknown) => void (out.write(`${JSON.stringify(value)}\n`) || (await once(out, 'drain')));
  await once(out, 'open');
  await write({ type: TYPE, start: range.start, end: range.end, keys: options.keys, ...(isWhole && { writers: linkedOnly(state) }) });
  for (const { checkpoint } of signed) await write(checkpoint);
  let shown = 0;
  for await (const linked of source.links(range.start.sequence, range.end)) {
    const isShown = linked.sequence <= range.last && within(linked, options);
    if (isShown) shown++;
    await write(isShown ? linked : { ...linked, said: undefined });
  }
  for await (const stated of source.erasures()) {
    const names = readErasure(stated)?.rows.some(([from, to]) => from <= range.end && to > range.start.sequence);
    if (names) await write(stated);
  }
  out.end();
  await finished(out);
  return shown;
}

/** Rows without a link are not shown, so counters may not be ahead of them. */
const linkedOnly = ({ writers = [] }: ProofState) =>
  writers.filter(({ sealed }) => sealed > 0).map(({ writer, sealed }) => ({ writer, given: sealed, sealed, first: 1, last: sealed }));

const within = ({ said }: Linked, { from, to }: Pick<ExportOptions, 'from' | 'to'>): boolean =>
  said !== undefined && (!from || said.at >= from.toISOString()) && (!to || said.at < to.toISOString());

/** From the first row of the span to the checkpoint that covers the last; to the end of the chain where none does. */
async function rangeOf(source: ProofSource, state: ProofState, found: readonly FoundCheckpoint[], options: ExportOptions): Promise<Range> {
  let [before, start, last]: [Tail, Tail | undefined, number] = [state.start, undefined, 0];
  for await (const linked of source.links(state.start.sequence, state.end)) {
    if (within(linked, options)) {
      start ??= before;
      last = linked.sequence;
    }
    before = { sequence: linked.sequence, link: linked.link };
  }
  if (!start) throw new Error('no linked row was written in this span');
  const covering = found.find(({ checkpoint: { sequence } }) => sequence >= last && sequence <= state.end);
  return { start, last, end: covering?.checkpoint.sequence ?? state.end };
}

/** An export, opened for the verifier. */
export interface OpenedExport {
  readonly source: ProofSource;
  readonly checkpoints: FoundCheckpoints;
  /** Keys that the file itself brings, in PEM: they prove something only to who knows them from elsewhere. */
  readonly keys: readonly string[];
}

/** Opens a file that {@link exportProof} wrote. Rejects with the file's name when it is none. */
export async function openExport(file: string): Promise<OpenedExport> {
  const found: FoundCheckpoint[] = [];
  let header: z.infer<typeof Header> | undefined;
  for await (const { value, where } of linesOf(file)) {
    const checkpoint = readCheckpoint(value);
    if (checkpoint) found.push({ checkpoint, where });
    else if (header) break;
    else header = Header.safeParse(value).data;
    if (!header) break;
  }
  if (!header) throw new Error(`${file} is no file that "yimen audit export" wrote`);
  const { start, end, writers, keys } = header;
  return {
    keys,
    checkpoints: { found, torn: 0, unreadable: [] },
    source: {
      state: async () => ({ start, end, writers }),
      links: () => linksIn(file),
      rows: async function* () {},
      erasures: () => erasuresIn(file),
    },
  };
}

async function* linksIn(file: string): AsyncGenerator<Linked> {
  let isLink = false;
  for await (const { value, where } of linesOf(file)) {
    const { data } = LinkLine.safeParse(value);
    if (data) yield data;
    else if (isLink && !readErasure(value)) throw new Error(`${where} is no line of an export: the file was changed or cut off`);
    isLink ||= data !== undefined;
  }
}

async function* erasuresIn(file: string): AsyncGenerator<unknown> {
  for await (const { value } of linesOf(file)) if (readErasure(value)) yield value;
}
