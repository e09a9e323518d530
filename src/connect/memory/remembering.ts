import { setMaxListeners } from 'node:events';
import { type Clock, milliseconds } from '../../clock/index.ts';
import type { AgencyFault } from '../errors.ts';
import type { Lookup } from '../lookup.ts';
import type { Asking, Source, Sourced, SourceHealth } from '../source.ts';
import { DeadlineOver, translate } from '../transport/translate.ts';
import type { Call, Freshness } from '../types.ts';
import { InFlight } from './in-flight.ts';
import type { Memory, Remembered } from './memory.ts';
import { type Question, questionKey } from './question.ts';

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

/** One key of a lookup on its way through the memory. */
interface Wanted {
  readonly text: string;
  readonly question: Question;
  /** Its name while it is on its way: another one after an eviction, so that nobody joins a call from before it. */
  readonly flight: string;
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

  constructor(source: Source, options: RememberingOptions) {
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
  async ask(
    section: string,
    lookup: Lookup<unknown, unknown>,
    keys: readonly unknown[],
    asking: Asking,
  ): Promise<readonly Sourced<unknown>[]> {
    const ages = this.#agesOf(lookup);
    const questions = keys.map((key) => this.#question(section, key, asking));
    if (ages) await this.#fetch(questions, ages);
    const evictions = this.#options.memory?.asked().mark ?? 0;
    const wanted = questions.map((each) => ({ ...each, flight: `${evictions} ${each.text}` }));
    const known = wanted.map(({ text }) => (ages ? this.#known(text, ages) : undefined));
    const lacking = wanted.filter((_, i) => known[i]?.provenance.freshness !== 'CACHED');
    const fresh = lacking.filter(({ flight }) => !this.#inFlight.has(flight));
    this.#setOut(section, lookup, fresh, asking, ages);
    const outcomeOf = (each: Wanted) => (fresh.includes(each) ? 'asked' : 'joined');
    return Promise.all(wanted.map((each, i) => this.#answer(section, each.flight, known[i], asking, ages, outcomeOf(each))));
  }

  #question(section: string, key: unknown, { caller }: Asking): Omit<Wanted, 'flight'> {
    const { connector, agency } = this;
    const identity = JSON.stringify([caller.role, caller.grants ?? '']);
    const question = { connector, agency, section, key, identity, purpose: caller.purpose ?? '' };
    return { question, text: (this.#options.questionKey ?? questionKey)(question) };
  }

  /** Brings in what other replicas know of questions that this process has no fresh answer to. */
  async #fetch(wanted: readonly Omit<Wanted, 'flight'>[], ages: Ages): Promise<void> {
    const { memory } = this.#options;
    if (!memory?.isShared) return;
    const lacking = wanted.filter(({ text }) => this.#known(text, ages)?.provenance.freshness !== 'CACHED');
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
  #setOut(section: string, lookup: Lookup<unknown, unknown>, wanted: readonly Wanted[], asking: Asking, ages: Ages | undefined): void {
    if (wanted.length === 0) return;
    const joint = new AbortController();
    setMaxListeners(0, joint.signal);
    const limit = setTimeout(() => joint.abort(new DeadlineOver()), LONGEST_MS);
    const keys = wanted.map(({ question }) => question.key);
    const keep = this.#keeper(lookup, ages);
    const answers = this.#asked(section, lookup, keys, { ...asking, signal: joint.signal });
    const single = wanted.map((each, i) => [each.flight, answers(i).then((answer) => keep(each, answer))] as const);
    void Promise.allSettled(single.map(([, answer]) => answer)).then(() => clearTimeout(limit));
    this.#inFlight.depart(new Map(single), () => {
      if (!ages) joint.abort(new DeadlineOver());
    });
  }

  /** The answer to each key: of one call for all where the lookup takes many keys, else of a call each. */
  #asked(
    section: string,
    lookup: Lookup<unknown, unknown>,
    keys: readonly unknown[],
    asking: Asking,
  ): (i: number) => Promise<Sourced<unknown>> {
    const ask = async (some: readonly unknown[]) => (await this.#source.ask(section, lookup, some, asking)) as readonly Sourced<unknown>[];
    if (!('load' in lookup)) {
      const each = keys.map((key) => ask([key]));
      return async (i) => (await each[i])?.[0] as Sourced<unknown>;
    }
    const all = ask(keys);
    return async (i) => (await all)[i] as Sourced<unknown>;
  }

  /** Remembers what comes back; made before the agency is asked, so that an eviction meanwhile counts. */
  #keeper({ tags = [] }: Lookup<unknown, unknown>, ages: Ages | undefined): (wanted: Wanted, answer: Sourced<unknown>) => Sourced<unknown> {
    const { memory } = this.#options;
    const asked = memory?.asked();
    return (wanted, answer) => {
      const { reading, provenance } = answer;
      if (!memory || !asked || !ages || reading.kind === 'failed') return answer;
      const remembered = { reading, provenance };
      memory.remember({ ...wanted, tags, remembered, asked, keepMs: keptFor(remembered, ages) });
      return answer;
    };
  }

  async #answer(
    section: string,
    flight: string,
    known: Remembered | undefined,
    asking: Asking,
    ages: Ages | undefined,
    onItsWay: Outcome,
  ): Promise<Sourced<unknown>> {
    const done = <T>(outcome: Outcome, answer: T): T => {
      const { connector, agency } = this;
      this.#options.onOutcome?.({ connector, agency, operation: section, outcome });
      return answer;
    };
    if (known?.provenance.freshness === 'CACHED') return done('fresh', known);
    if (known && ages && this.#mayRevalidate(known, ages)) return done('stale', known);
    const answer = await this.#inFlight.wait(flight, asking.signal).catch((cause: unknown) => this.#gaveUp(section, cause, asking));
    const { reading } = answer;
    if (known && reading.kind === 'failed' && STANDS_IN.includes(reading.error.fault)) return done('stale', known);
    return done(onItsWay, answer);
  }

  /** Just past its freshness a value is given at once, while the question is on its way again. */
  #mayRevalidate(known: Remembered, { fresh, stale }: Ages): boolean {
    return this.#ageOf(known) <= fresh + Math.min(fresh, stale);
  }

  #gaveUp(section: string, cause: unknown, asking: Asking): Sourced<unknown> {
    const { connector, agency } = this;
    const call: Call = { ...asking, connector, agency, operation: section };
    const provenance = { agency, connector, retrievedAt: new Date(this.#options.clock.now()), asOf: null, freshness: 'LIVE' } as const;
    return { reading: { kind: 'failed', error: translate(cause, call) }, provenance };
  }

  /** The ages of a lookup's answers, or undefined when they are not remembered. */
  #agesOf({ memory, fresh, stale }: Lookup<unknown, unknown>): Ages | undefined {
    if (!this.#options.memory || memory === 'never' || !fresh) return undefined;
    return { fresh: milliseconds(fresh), stale: stale ? milliseconds(stale) : 0 };
  }
}

const freshFor = ({ reading }: Remembered, { fresh }: Ages): number =>
  reading.kind === 'absent' ? Math.min(fresh, ABSENT_FRESH_MS) : fresh;

const keptFor = (remembered: Remembered, ages: Ages): number =>
  freshFor(remembered, ages) + (remembered.reading.kind === 'value' ? ages.stale : 0);

const marked = ({ reading, provenance }: Remembered, freshness: Freshness): Remembered => ({
  reading,
  provenance: { ...provenance, freshness },
});
