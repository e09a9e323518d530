import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../../clock/index.ts';
import type { CorrectionPoint } from '../../connect/index.ts';
import { type Habit, habitOf } from './habits.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How often the office looks whether it has something to tell. */
const TICK_MS = 100;
/** A hall that did not take a call-back is told again after this long. */
const AGAIN_MS = 1_000;

/** Something that happened to an application, as the office notes it in its own book. */
export interface OfficeEvent {
  /** The office's own number of it, the same whenever it is told. */
  readonly id: string;
  readonly kind:
    | 'accepted'
    | 'not-accepted'
    | 'correction'
    | 'corrected'
    | 'special-started'
    | 'special-ended'
    | 'granted'
    | 'refused'
    | 'withdrawn';
  /** When it happened or will happen, in milliseconds. */
  readonly at: number;
  readonly reason?: string;
  readonly points?: readonly CorrectionPoint[];
  readonly result?: { readonly number: string; readonly nameZh: string };
}

/** One application in the office's book. */
export interface OfficeFile {
  /** The hall's key, where the office keeps keys. */
  readonly key: string;
  readonly reference: string;
  readonly item: string;
  readonly nameZh: string;
  readonly receivedAt: number;
  readonly habit: Habit;
  /** Times it was taken in as a new application under the same key: more than one is a doubled submission. */
  readonly taken: number;
  readonly supplements: readonly number[];
  /** Ids of events that the hall was told of. */
  readonly told: readonly string[];
  /** Events that follow from what the applicant did meanwhile. */
  readonly added: readonly OfficeEvent[];
}

export interface OfficeOptions {
  /** The sandbox's id: begins its references. */
  readonly id: string;
  /** Where the book is kept; undefined: in memory. */
  readonly file?: string | undefined;
  readonly clock: Clock;
  /** Whether the same key is taken for the same application. */
  readonly idempotent: boolean;
  /** Days until it decides, by item. */
  daysOf(item: string): number;
  /** How long everything takes against an ordinary office. Default 1. */
  readonly pace?: number;
  /** How it deals with what arrives now. */
  habit(): Habit;
  /** Tells the hall. Resolves to whether the hall took it; what it did not take is told again. Undefined: it never calls back. */
  tell?(file: OfficeFile, event: OfficeEvent): Promise<boolean>;
}

export interface Received {
  readonly reference: string;
  /** The key was known: this is the first receipt once more. */
  readonly repeated: boolean;
}

/** The book and the work of a sandbox agency that decides applications. Its time is the sandbox's clock. */
export interface Office {
  receive(application: { readonly key: string; readonly item: string; readonly nameZh: string }): Received;
  find(by: { readonly key?: string; readonly reference?: string }): OfficeFile | undefined;
  /** What has happened to an application by now. */
  eventsOf(file: OfficeFile): readonly OfficeEvent[];
  supplement(reference: string, number: number): boolean;
  withdraw(reference: string): boolean;
  /** Everything it ever took in, for tests that count. */
  readonly files: readonly OfficeFile[];
  close(): void;
}

export function openOffice(options: OfficeOptions): Office {
  const { clock, file: bookFile } = options;
  const book = new Map<string, OfficeFile>(readBook(bookFile).map((file) => [file.reference, file]));
  const byKey = new Map<string, readonly OfficeFile[]>();
  for (const file of book.values()) byKey.set(file.key, [...(byKey.get(file.key) ?? []), file]);
  const telling = new Set<string>();
  const notBefore = new Map<string, number>();
  /** References of those that may have something to tell yet. */
  const open = new Set(book.keys());

  function keep(file: OfficeFile): void {
    book.set(file.reference, file);
    open.add(file.reference);
    byKey.set(file.key, [...(byKey.get(file.key) ?? []).filter(({ reference }) => reference !== file.reference), file]);
    writeLine(bookFile, file);
  }

  const find: Office['find'] = ({ key, reference }) => (reference !== undefined ? book.get(reference) : byKey.get(key ?? '')?.[0]);

  const plan = (file: OfficeFile): readonly OfficeEvent[] => plannedEvents(file, options.daysOf(file.item), options.pace ?? 1);

  const eventsOf = (file: OfficeFile): readonly OfficeEvent[] => plan(file).filter(({ at }) => at <= clock.now());

  function append(reference: string, change: (file: OfficeFile) => Partial<OfficeFile> | undefined): boolean {
    const file = book.get(reference);
    const changed = file && change(file);
    if (!file || !changed) return false;
    keep({ ...file, ...changed });
    return true;
  }

  async function tellOne(file: OfficeFile, event: OfficeEvent): Promise<void> {
    telling.add(event.id);
    const times = file.habit === 'twice' ? 2 : 1;
    let taken = true;
    for (let i = 0; i < times; i++) taken = (await options.tell?.(file, event).catch(() => false)) ?? false;
    telling.delete(event.id);
    if (!taken) notBefore.set(event.id, Date.now() + AGAIN_MS);
    if (taken) append(file.reference, (latest) => ({ told: [...latest.told, event.id] }));
  }

  const mayTell = ({ id }: OfficeEvent): boolean => !telling.has(id) && (notBefore.get(id) ?? 0) <= Date.now();

  const timer = setInterval(() => {
    if (!options.tell) return;
    for (const file of [...open].flatMap((reference) => book.get(reference) ?? [])) {
      for (const event of toTell(file, eventsOf(file), clock.now())) if (mayTell(event)) void tellOne(file, event);
      if (isToldWholly(file, plan(file))) open.delete(file.reference);
    }
  }, TICK_MS);
  timer.unref();

  return {
    receive({ key, item, nameZh }) {
      const known = options.idempotent ? find({ key }) : undefined;
      if (known) return { reference: known.reference, repeated: true };
      const reference = `${options.id.toUpperCase()}-${new Date(clock.now()).getUTCFullYear()}-${String(book.size + 1).padStart(6, '0')}`;
      const taken = 1 + (byKey.get(key)?.length ?? 0);
      keep({
        key,
        reference,
        item,
        nameZh,
        receivedAt: clock.now(),
        habit: habitOf(options.habit()),
        taken,
        supplements: [],
        told: [],
        added: [],
      });
      return { reference, repeated: false };
    },
    find,
    eventsOf,
    supplement: (reference, number) =>
      append(reference, (file) => {
        if (file.supplements.includes(number)) return {};
        const event: OfficeEvent = { id: eventId(file, `corrected.${number}`), kind: 'corrected', at: clock.now() };
        return { supplements: [...file.supplements, number], added: [...file.added, event] };
      }),
    withdraw: (reference) =>
      append(reference, (file) => {
        if (eventsOf(file).some(({ kind }) => kind === 'granted' || kind === 'refused')) return undefined;
        return { added: [...file.added, { id: eventId(file, 'withdrawn'), kind: 'withdrawn', at: clock.now() }] };
      }),
    get files() {
      return [...book.values()];
    },
    close: () => clearInterval(timer),
  };
}

const eventId = ({ reference }: OfficeFile, what: string): string =>
  createHash('sha256').update(`${reference}/${what}`).digest('hex').slice(0, 24);

/** What happens to an application by the office's habit, past and future. */
function plannedEvents(file: OfficeFile, days: number, pace: number): readonly OfficeEvent[] {
  const event = (kind: OfficeEvent['kind'], at: number, more: Partial<OfficeEvent> = {}): OfficeEvent => ({
    id: eventId(file, kind),
    kind,
    at,
    ...more,
  });
  const withdrawn = file.added.find(({ kind }) => kind === 'withdrawn');
  const begun = file.habit === 'correct' ? file.added.find(({ kind }) => kind === 'corrected')?.at : file.receivedAt;
  const ask = event('correction', file.receivedAt + HOUR_MS * pace, {
    points: [{ material: 'application-form', field: null, what: '申请表缺少签章，请补正' }],
  });
  const events = [
    ...(file.habit === 'correct' ? [ask] : []),
    ...file.added,
    ...(begun === undefined ? [] : worked(file, begun, { days, pace }, event)),
  ];
  return withdrawn ? events.filter(({ at }) => at <= withdrawn.at) : events;
}

type MakeEvent = (kind: OfficeEvent['kind'], at: number, more?: Partial<OfficeEvent>) => OfficeEvent;

function worked(
  file: OfficeFile,
  begun: number,
  { days, pace }: { readonly days: number; readonly pace: number },
  event: MakeEvent,
): readonly OfficeEvent[] {
  const hour = HOUR_MS * pace;
  const day = DAY_MS * pace;
  const accepted = event('accepted', begun + hour);
  const pause = file.habit === 'special' ? 2 * day : 0;
  const decidedAt = begun + 2 * hour + days * day + pause;
  const review = [event('special-started', begun + 2 * hour, { reason: '专家评审' }), event('special-ended', begun + 2 * hour + pause)];
  if (file.habit === 'reject') return [event('not-accepted', begun + hour, { reason: '不属于本部门受理范围' })];
  if (file.habit === 'refuse') return [accepted, event('refused', decidedAt, { reason: '不符合法定条件' })];
  const granted = event('granted', decidedAt, { result: { number: `示例-${file.reference}`, nameZh: file.nameZh } });
  return [accepted, ...(pause ? review : []), granted];
}

/** Nothing of it will be told any more, unless the applicant does something. */
const isToldWholly = ({ habit, told }: OfficeFile, planned: readonly OfficeEvent[]): boolean =>
  habit === 'silent' || planned.every(({ id }) => told.includes(id));

/** What the office has to tell now, in the order in which it tells it. */
function toTell(file: OfficeFile, events: readonly OfficeEvent[], now: number): readonly OfficeEvent[] {
  const open = events.filter(({ id }) => !file.told.includes(id));
  if (file.habit === 'silent') return [];
  if (file.habit === 'late') return open.filter(({ at }) => at + DAY_MS <= now);
  if (file.habit !== 'shuffled') return open;
  return events.some(({ kind }) => kind === 'granted') ? open.toReversed() : [];
}

/** The last line of a reference is how its file stands. A line that a killed sandbox left half-written is as if it were not. */
function readBook(file: string | undefined): readonly OfficeFile[] {
  if (!file || !existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  const files = lines.flatMap((line) => (line.endsWith('}') ? [JSON.parse(line) as OfficeFile] : []));
  return [...new Map(files.map((each) => [each.reference, each])).values()];
}

function writeLine(file: string | undefined, line: OfficeFile): void {
  if (!file) return;
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}
