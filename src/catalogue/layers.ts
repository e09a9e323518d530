/**
 * Folders of a catalogue, one upon the other: the shipped one, and a hall's own.
 *
 * - layer 层: what one folder says, as it stands in its files.
 * - raw entry: an entry before anybody looked at its shape.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'lossless-json';
import { z } from 'zod';
import { ABOUT, FILES, KINDS, type Kind } from './kinds.ts';
import type { Place, Problems } from './problems.ts';
import { tellShape } from './shape.ts';

export interface RawEntry {
  readonly value: unknown;
  readonly place: Place;
  /** What names it, by key: an item's `slug`, `code` and `baseCode`. */
  readonly names: Readonly<Record<string, string>>;
  /** Names of the entry that it stands in place of. */
  readonly formerly: readonly string[];
}

/** Entries of one kind; null where a file could not be read, so that nothing is known of them. */
export type RawShelf = { readonly entries: readonly RawEntry[]; readonly removed: ReadonlyMap<string, Place> } | null;

export interface Layer {
  readonly folder: string;
  readonly isExtending: boolean;
  readonly profile: Readonly<Record<string, unknown>>;
  /** Where the profile is, or would be. */
  readonly about: Place;
  readonly shelves: Readonly<Record<Kind, RawShelf>>;
}

const About = z.strictObject({ extends: z.boolean().default(false), profile: z.record(z.string(), z.unknown()).default({}) });

/** Reads a folder. What it does not hold is empty. */
export function readLayer(folder: string, problems: Problems): Layer {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`the catalogue folder ${folder} does not exist: mend "catalogue" in the settings`);
  checkNames(folder, problems);
  const about = { file: resolve(folder, ABOUT) };
  const said = About.safeParse(readJson(about, problems) ?? {});
  if (said.error) tellShape(said.error, about, problems);
  const shelves = Object.entries(FILES).flatMap(([name, kinds]) => readFile({ file: resolve(folder, name) }, kinds, problems));
  return {
    folder,
    isExtending: said.data?.extends ?? false,
    profile: said.data?.profile ?? {},
    about,
    shelves: Object.fromEntries(shelves) as Record<Kind, RawShelf>,
  };
}

/** A file with a misspelt name would be left out in silence. */
function checkNames(folder: string, problems: Problems): void {
  const known = [...Object.keys(FILES), ABOUT];
  const found = readdirSync(folder).filter((name) => name.endsWith('.json'));
  for (const name of found)
    if (!known.includes(name))
      problems.add({ file: resolve(folder, name) }, '', `no file of a catalogue: its files are ${known.join(', ')}`);
  if (found.length === 0) problems.add({ file: folder }, '', `holds no file of a catalogue: its files are ${known.join(', ')}`);
}

/** The content of a file; undefined where there is none or it is not JSON. */
function readJson(place: Place, problems: Problems): unknown {
  if (!existsSync(place.file)) return undefined;
  const text = readFileSync(place.file, 'utf8').replace(/^\uFEFF/, '');
  try {
    // Unlike JSON.parse it says where, and refuses a key that stands twice instead of dropping the first.
    return parse(text, undefined, Number);
  } catch (error) {
    problems.add(place, '', `is not JSON: ${jsonFault((error as Error).message, text)}`);
    return undefined;
  }
}

/** What the parser said, with a line instead of a position. */
function jsonFault(message: string, text: string): string {
  const [, what = message, position] = / *(.*) at position (\d+)$/s.exec(message) ?? [];
  const before = text.slice(0, Number(position ?? 0)).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${what}`;
}

function readFile(place: Place, kinds: readonly Kind[], problems: Problems): [Kind, RawShelf][] {
  if (!existsSync(place.file)) return kinds.map((kind) => [kind, { entries: [], removed: new Map() }]);
  const content = readJson(place, problems);
  if (content === undefined) return kinds.map((kind) => [kind, null]);
  const lists = kinds.length === 1 ? { [kinds[0] as Kind]: content } : content;
  const parsed = z.strictObject(Object.fromEntries(kinds.map((kind) => [kind, LIST]))).safeParse(lists);
  if (parsed.error) tellShape(parsed.error, place, problems);
  return kinds.map((kind) => [
    kind,
    parsed.data ? { entries: parsed.data[kind]?.map(rawEntry(kind, place)) ?? [], removed: new Map() } : null,
  ]);
}

const LIST = z.array(z.unknown(), 'must be a list');

function rawEntry(kind: Kind, { file }: Place): (value: unknown, i: number) => RawEntry {
  return (value, i) => {
    const names = namesIn(value, KINDS[kind].names);
    const name = Object.values(names)[0];
    const entry = name === undefined ? `entry ${i + 1}` : `${KINDS[kind].called} "${name}"`;
    return { value, names, place: { file, entry }, formerly: [] };
  };
}

function namesIn(value: unknown, keys: readonly string[]): Record<string, string> {
  const entry = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return Object.fromEntries(keys.flatMap((key) => (typeof entry[key] === 'string' ? [[key, entry[key]]] : [])));
}

const NOTHING: RawShelf = { entries: [], removed: new Map() };

/** One layer upon another, or upon nothing: an entry of the upper one replaces, adds or removes. */
export function laidUpon(lower: Layer | undefined, upper: Layer, problems: Problems): Layer {
  const kinds = Object.keys(KINDS) as Kind[];
  const shelves = kinds.map((kind) => [kind, shelfUpon(lower ? lower.shelves[kind] : NOTHING, upper.shelves[kind], problems)]);
  const profile = { ...lower?.profile, ...upper.profile };
  return { ...upper, profile, shelves: Object.fromEntries(shelves) as Record<Kind, RawShelf> };
}

function shelfUpon(lower: RawShelf, upper: RawShelf, problems: Problems): RawShelf {
  if (!lower || !upper) return null;
  const entries = [...lower.entries];
  const changed = new Set<number>();
  const gone = new Set<RawEntry>();
  const removed = new Map<string, Place>();
  for (const own of upper.entries) {
    const at = placeOf(own, lower.entries);
    // Only the first one of a name replaces: the second stands beside it, for the check of duplicates to find.
    const there = changed.has(at) ? undefined : lower.entries[at];
    changed.add(at);
    if (!isRemoval(own))
      entries.splice(there ? at : entries.length, there ? 1 : 0, { ...own, formerly: Object.values(there?.names ?? {}) });
    else if (there) {
      gone.add(there);
      for (const name of Object.values(there.names)) removed.set(name, own.place);
    } else problems.add(own.place, 'removed', 'there is no such entry to remove: take this one out');
  }
  return { entries: entries.filter((entry) => !gone.has(entry)), removed };
}

/** Where the entry is that another one of the same name replaces; by its first key that names one. */
function placeOf({ names }: RawEntry, entries: readonly RawEntry[]): number {
  for (const [key, name] of Object.entries(names)) {
    const at = entries.findIndex((it) => it.names[key] === name);
    if (at >= 0) return at;
  }
  return -1;
}

/** Whether an entry takes one out: it names it and says `removed`. */
const isRemoval = ({ value }: RawEntry): boolean => (value as { removed?: unknown } | null)?.removed === true;
