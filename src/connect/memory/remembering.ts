import { type Clock, milliseconds } from '../../clock/index.ts';
import type { AgencyFault } from '../errors.ts';
import type { Lookup } from '../lookup.ts';
import type { Asking, Source, Sourced, SourceHealth } from '../source.ts';
import { DeadlineOver, translate } from '../transport/translate.ts';
import type { Call, Freshness } from '../types.ts';
import { InFlight } from './in-flight.ts';
import { type Memory, questionKey, type Remembered } from './memory.ts';

/** Absence is remembered only briefly: a company may be registered while its owner waits at the counter. */
const ABSENT_FRESH_MS = 10_000;

/** Failures for which the last known value may stand in. What an agency refuses, or answers twice, is an answer. */
const STANDS_IN: readonly AgencyFault[] = ['UNAVAILABLE', 'TIMEOUT', 'THROTTLED', 'MAINTENANCE', 'PROTOCOL', 'CREDENTIALS'];

interface Ages {
  readonly fresh: number;
  readonly stale: number;
}

/** A source with a memory before it, so that the breaker is asked only for what nobody knows. */
export class RememberingSource {
  readonly connector: string;
  readonly agency: string;
  readonly #source: Source;
  readonly #memory: Memory | undefined;
  readonly #clock: Clock;
  readonly #inFlight = new InFlight<Sourced<unknown>>();

  /** Without a memory nothing outlives its request; one question in flight is asked once all the same. */
  constructor(source: Source, memory: Memory | undefined, clock: Clock) {
    this.connector = source.connector;
    this.agency = source.agency;
    this.#source = source;
    this.#memory = memory;
    this.#clock = clock;
  }

  /** How the agency is doing, judged by the calls that went out. */
  health(): SourceHealth {
    return this.#source.health();
  }

  /** As many readings as keys, in their order. Never rejects. */
  async ask(
    section: string,
    lookup: Lookup<unknown, unknown>,
    keys: readonly unknown[],
    asking: Asking,
  ): Promise<readonly Sourced<unknown>[]> {
    const ages = agesOf(lookup, this.#memory);
    const questions = keys.map((key) => this.#question(section, key, asking));
    const known = questions.map((question) => (ages ? this.#known(question, ages) : undefined));
    const wanted = questions.flatMap((question, i) => (known[i]?.provenance.freshness === 'CACHED' ? [] : [{ question, key: keys[i] }]));
    this.#setOut(section, lookup, wanted, asking, ages);
    return Promise.all(questions.map((question, i) => this.#answer(section, question, known[i], asking, ages)));
  }

  #question(section: string, key: unknown, { caller }: Asking): string {
    const { connector, agency } = this;
    return questionKey({ connector, agency, section, key, identity: caller.role, purpose: '' });
  }

  /** What is remembered and may still be used in one way or another, with its freshness. */
  #known(question: string, ages: Ages): Remembered | undefined {
    const entry = this.#memory?.recall(question);
    if (!entry) return undefined;
    const age = this.#clock.now() - entry.provenance.retrievedAt.getTime();
    const fresh = entry.reading.kind === 'absent' ? Math.min(ages.fresh, ABSENT_FRESH_MS) : ages.fresh;
    if (age <= fresh) return marked(entry, 'CACHED');
    return entry.reading.kind === 'value' && age <= ages.fresh + ages.stale ? marked(entry, 'STALE') : undefined;
  }

  /** Sends what is not under way yet, in one go. It outlives its askers where the answer will be remembered. */
  #setOut(
    section: string,
    lookup: Lookup<unknown, unknown>,
    wanted: readonly { question: string; key: unknown }[],
    asking: Asking,
    ages: Ages | undefined,
  ) {
    const fresh = wanted.filter(({ question }) => !this.#inFlight.has(question));
    if (fresh.length === 0) return;
    const joint = new AbortController();
    const keys = fresh.map(({ key }) => key);
    const answers = this.#asked(section, lookup, keys, { ...asking, signal: joint.signal });
    const single = fresh.map(({ question }, i) => [question, answers(i).then((answer) => this.#kept(question, answer, ages))] as const);
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

  #kept(question: string, answer: Sourced<unknown>, ages: Ages | undefined): Sourced<unknown> {
    const { reading, provenance } = answer;
    if (ages && reading.kind !== 'failed') this.#memory?.remember(question, { reading, provenance });
    return answer;
  }

  async #answer(
    section: string,
    question: string,
    known: Remembered | undefined,
    asking: Asking,
    ages: Ages | undefined,
  ): Promise<Sourced<unknown>> {
    if (known?.provenance.freshness === 'CACHED') return known;
    if (known && ages && this.#mayRevalidate(known, ages)) return known;
    const answer = await this.#inFlight.wait(question, asking.signal).catch((cause: unknown) => this.#gaveUp(section, cause, asking));
    const { reading } = answer;
    return known && reading.kind === 'failed' && STANDS_IN.includes(reading.error.fault) ? known : answer;
  }

  /** Just past its freshness a value is given at once, while the question is on its way again. */
  #mayRevalidate({ provenance }: Remembered, { fresh, stale }: Ages): boolean {
    return this.#clock.now() - provenance.retrievedAt.getTime() <= fresh + Math.min(fresh, stale);
  }

  #gaveUp(section: string, cause: unknown, asking: Asking): Sourced<unknown> {
    const { connector, agency } = this;
    const call: Call = { ...asking, connector, agency, operation: section };
    const provenance = { agency, connector, retrievedAt: new Date(this.#clock.now()), asOf: null, freshness: 'LIVE' } as const;
    return { reading: { kind: 'failed', error: translate(cause, call) }, provenance };
  }
}

const marked = ({ reading, provenance }: Remembered, freshness: Freshness): Remembered => ({
  reading,
  provenance: { ...provenance, freshness },
});

/** The ages of a lookup's answers, or undefined when they are not remembered. */
function agesOf({ memory, fresh, stale }: Lookup<unknown, unknown>, kept: Memory | undefined): Ages | undefined {
  if (!kept || memory === 'never' || !fresh) return undefined;
  return { fresh: milliseconds(fresh), stale: stale ? milliseconds(stale) : 0 };
}
