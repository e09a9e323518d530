import { type Clock, milliseconds } from '../../clock/index.ts';
import { Patience } from '../ending.ts';
import type { AgencyFault } from '../errors.ts';
import type { Lookup } from '../lookup.ts';
import type { Asking, Source, Sourced, SourceHealth } from '../source.ts';
import { translate } from '../transport/translate.ts';
import type { Freshness, Waiting } from '../types.ts';
import { InFlight } from './in-flight.ts';
import type { Memory, Remembered } from './memory.ts';
import { type Question, questionKey } from './question.ts';
import { Together } from './together.ts';

/** Absence is remembered only briefly: a company may be registered while its owner waits at the counter. */
const ABSENT_FRESH_MS = 10_000;

/** The longest a call may last with its second attempts and its waiting for a place, whoever waits for it. */
const LONGEST_MS = 8_000;

/** Failures for which the last known value may stand in. What an agency refuses, or answers twice, is an answer. */
const STANDS_IN: readonly AgencyFault[] = ['UNAVAILABLE', 'TIMEOUT', 'THROTTLED', 'MAINTENANCE', 'PROTOCOL', 'CREDENTIALS'];

interface Ages {
  readonly fresh: number;
  readonly stale: number;
}

/** A question with its key in the memory. */
interface Named {
  readonly text: string;
  readonly question: Question;
}

/** One key of a lookup on its way through the memory. */
interface Wanted extends Named {
  /** What is remembered of it. */
  readonly known: Remembered | undefined;
}

/** Where an answer came from: remembered, joined on its way, or asked for. */
export type Outcome = 'fresh' | 'stale' | 'joined' | 'asked';

export interface RememberingOptions {
  /** Without it nothing outlives its request; one question in flight is asked once all the same. */
  readonly memory?: Memory | undefined;
  readonly clock: Clock;
  /** Told of every key that was asked for. */
  readonly onOutcome?: ((report: { connector: string; agency: string; operation: string; outcome: Outcome }) => void) | undefined;
  /** What makes two questions the same. Default {@link questionKey}. */
  readonly questionKey?: ((question: Question) => string) | undefined;
}

/** A source with a memory before it, so that the breaker is asked only for what nobody knows. */
export class RememberingSource {
  readonly connector: string;
  readonly agency: string;
  readonly #source: Source;
  readonly #options: RememberingOptions;
  readonly #inFlight = new InFlight<Sourced<unknown>>();
  readonly #ages = new WeakMap<object, Ages | null>();

  readonly #together: Together;

  constructor(source: Source, options: RememberingOptions) {
    this.#together = new Together(source, LONGEST_MS);
    this.connector = source.connector;
    this.agency = source.agency;
    this.#source = source;
    this.#options = options;
  }

  /** How the agency is doing, judged by the calls that went out. */
  health(): SourceHealth {
    return this.#source.health();
  }

  /** Whether the answers of a lookup outlive the request that asked for them. */
  remembers(lookup: Lookup<unknown, unknown>): boolean {
    return this.#agesOf(lookup) !== undefined;
  }

  /** As many readings as keys, in their order. Never rejects. */
  ask(section: string, lookup: Lookup<unknown, unknown>, keys: readonly unknown[], asking: Asking): Promise<readonly Sourced<unknown>[]> {
    const { memory } = this.#options;
    const ages = this.#agesOf(lookup);
    const questions = this.#questions(section, keys, asking);
    if (!ages || !memory?.isShared) return this.#answers(section, lookup, questions, asking, ages);
    return this.#fetch(questions, ages, memory).then(() => this.#answers(section, lookup, questions, asking, ages));
  }

  #answers(
    section: string,
    lookup: Lookup<unknown, unknown>,
    questions: readonly Named[],
    asking: Asking,
    ages: Ages | undefined,
  ): Promise<readonly Sourced<unknown>[]> {
    const mark = this.#options.memory?.mark ?? 0;
    const wanted = questions.map((each) => this.#wanted(each, ages));
    const fresh = wanted.filter(({ known, text }) => known?.provenance.freshness !== 'CACHED' && !this.#inFlight.has(text, mark));
    // After an eviction it is another mark.
    if (fresh.length > 0) this.#setOut(section, lookup, fresh, mark, asking, ages);
    const asked = fresh.length === wanted.length ? undefined : new Set(fresh);
    const known = wanted.map((each) => this.#usable(section, each, ages));
    const missing = wanted.filter((_, i) => known[i] === undefined);
    if (missing.length === 0) return Promise.resolve(known as readonly Sourced<unknown>[]);
    const texts = missing.map(({ text }) => text);
    return this.#inFlight.wait(texts, asking.signal).then((arrived) => {
      let at = 0;
      return wanted.map((each, i) => known[i] ?? this.#arrived(section, each, arrived[at++], asking, asked?.has(each) ?? true));
    });
  }

  #questions(section: string, keys: readonly unknown[], { caller }: Asking): readonly Named[] {
    const { connector, agency } = this;
    const identity = JSON.stringify([caller.role, caller.grants ?? '']);
    const nameOf = this.#options.questionKey ?? questionKey;
    return keys.map((key) => {
      const question = { connector, agency, section, key, identity, purpose: caller.purpose ?? '' };
      return { question, text: nameOf(question) };
    });
  }

  #wanted({ text, question }: Named, ages: Ages | undefined): Wanted {
    return { text, question, known: ages && this.#known(text, ages) };
  }

  /** Brings in what other replicas know of questions that this process has no fresh answer to. */
  async #fetch(questions: readonly Named[], ages: Ages, memory: Memory): Promise<void> {
    const lacking = questions.filter(({ text }) => this.#known(text, ages)?.provenance.freshness !== 'CACHED');
    if (lacking.length > 0) await memory.fetch(lacking);
  }

  /** What is remembered and may still be used in one way or another, with its freshness. */
  #known(text: string, ages: Ages): Remembered | undefined {
    const entry = this.#options.memory?.recall(text);
    if (!entry) return undefined;
    const age = this.#ageOf(entry);
    if (age <= freshFor(entry, ages)) return marked(entry, 'CACHED');
    return age <= keptFor(entry, ages) ? marked(entry, 'STALE') : undefined;
  }

  #ageOf({ provenance }: Remembered): number {
    return this.#options.clock.now() - provenance.retrievedAt.getTime();
  }

  /** Sends what is not under way yet, in one go. It outlives its askers where the answer will be remembered. */
  #setOut(
    section: string,
    lookup: Lookup<unknown, unknown>,
    wanted: readonly Wanted[],
    mark: number,
    asking: Asking,
    ages: Ages | undefined,
  ): void {
    const patience = new Patience(LONGEST_MS);
    const { caller, traceId, onStep } = asking;
    const outliving = { caller, traceId, onStep, signal: patience };
    const keep = ages && this.#keeper(lookup, ages);
    const texts = wanted.map(({ text }) => text);
    const voyage = this.#inFlight.depart(texts, mark, {
      onArrived: () => patience.over(),
      onDeserted: () => !ages && patience.giveUp(),
    });
    const arrive = (place: number, answer: Sourced<unknown>) => {
      keep?.(wanted[place] as Wanted, answer);
      voyage.arrive(place, answer);
    };
    this.#send(section, lookup, wanted, outliving, arrive);
  }

  /** One call for all where the lookup takes many keys, perhaps with those of other requests; else a call each, whose answers arrive one by one. */
  #send(
    section: string,
    lookup: Lookup<unknown, unknown>,
    wanted: readonly Wanted[],
    asking: Asking,
    arrive: (place: number, answer: Sourced<unknown>) => void,
  ): void {
    const keys = wanted.map(({ question }) => question.key);
    const send = async (some: readonly unknown[], from: number) => {
      for (const [i, answer] of (await this.#source.ask(section, lookup, some, asking)).entries()) arrive(from + i, answer);
    };
    if ('load' in lookup && lookup.together && !asking.onStep)
      this.#together.join(companyOf(wanted[0] as Wanted), { section, lookup, keys, asking, arrive });
    else if ('load' in lookup) void send(keys, 0);
    else for (const [i, key] of keys.entries()) void send([key], i);
  }

  /** Remembers what comes back; made before the agency is asked, so that an eviction meanwhile counts. */
  #keeper({ tags = [] }: Lookup<unknown, unknown>, ages: Ages): (wanted: Wanted, answer: Sourced<unknown>) => void {
    const { memory } = this.#options;
    const asked = memory?.asked();
    return ({ text, question }, { reading, provenance }) => {
      if (!memory || !asked || reading.kind === 'failed') return;
      const remembered = { reading, provenance };
      memory.remember({ text, question, tags, remembered, asked, keepMs: keptFor(remembered, ages) });
    };
  }

  /** What is remembered, where it will do without asking; else undefined. */
  #usable(section: string, { known }: Wanted, ages: Ages | undefined): Sourced<unknown> | undefined {
    if (!known || !ages) return undefined;
    if (known.provenance.freshness === 'CACHED') return this.#told(section, 'fresh', known);
    return this.#mayRevalidate(known, ages) ? this.#told(section, 'stale', known) : undefined;
  }

  /** What came of a question: without an answer the request's time was over before. What was known may stand in for a failure. */
  #arrived(section: string, { known }: Wanted, answer: Sourced<unknown> | undefined, asking: Asking, isAsked: boolean): Sourced<unknown> {
    const arrived = answer ?? this.#gaveUp(section, asking);
    const { reading } = arrived;
    if (known && reading.kind === 'failed' && STANDS_IN.includes(reading.error.fault)) return this.#told(section, 'stale', known);
    return this.#told(section, isAsked ? 'asked' : 'joined', arrived);
  }

  #told<T>(operation: string, outcome: Outcome, answer: T): T {
    const { connector, agency } = this;
    this.#options.onOutcome?.({ connector, agency, operation, outcome });
    return answer;
  }

  /** Just past its freshness a value is given at once, while the question is on its way again. */
  #mayRevalidate(known: Remembered, { fresh, stale }: Ages): boolean {
    return this.#ageOf(known) <= fresh + Math.min(fresh, stale);
  }

  #gaveUp(section: string, asking: Asking): Sourced<unknown> {
    const { connector, agency } = this;
    const call: Waiting = { ...asking, connector, agency, operation: section };
    const provenance = { agency, connector, retrievedAt: new Date(this.#options.clock.now()), asOf: null, freshness: 'LIVE' } as const;
    return { reading: { kind: 'failed', error: translate(asking.signal.reason, call) }, provenance };
  }

  /** The ages of a lookup's answers, or undefined when they are not remembered. */
  #agesOf(lookup: Lookup<unknown, unknown>): Ages | undefined {
    if (!this.#options.memory) return undefined;
    let ages = this.#ages.get(lookup);
    if (ages === undefined) {
      const { memory, fresh, stale } = lookup;
      ages = memory === 'never' || !fresh ? null : { fresh: milliseconds(fresh), stale: stale ? milliseconds(stale) : 0 };
      this.#ages.set(lookup, ages);
    }
    return ages ?? undefined;
  }
}

/** Whoever may share an answer may share a call. */
const companyOf = ({ question: { section, identity, purpose } }: Wanted): string => JSON.stringify([section, identity, purpose]);

const freshFor = ({ reading }: Remembered, { fresh }: Ages): number =>
  reading.kind === 'absent' ? Math.min(fresh, ABSENT_FRESH_MS) : fresh;

const keptFor = (remembered: Remembered, ages: Ages): number =>
  freshFor(remembered, ages) + (remembered.reading.kind === 'value' ? ages.stale : 0);

const marked = ({ reading, provenance }: Remembered, freshness: Freshness): Remembered => ({
  reading,
  provenance: { ...provenance, freshness },
});
