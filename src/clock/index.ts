/**
 * The one clock. Everything that asks what time it is gets a `Clock`, so that a sandbox can be moved days ahead and a
 * test never waits. Time limits of running calls use the machine's own timers: an agency's second is a real second.
 */
export interface Clock {
  /** Now, in milliseconds since 1970 UTC. */
  now(): number;
}

/** A clock that runs with the machine's and can be set ahead. */
export interface MovableClock extends Clock {
  /** How far it is ahead of the machine's clock, in milliseconds. */
  readonly offset: number;
  /** Sets how far it is ahead. */
  set(offset: number): void;
}

/** A clock that runs `offset` milliseconds ahead of the machine's. */
export function movableClock(offset = 0): MovableClock {
  let ahead = offset;
  return {
    now: () => Date.now() + ahead,
    get offset() {
      return ahead;
    },
    set(value) {
      ahead = value;
    },
  };
}

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A length of time: a number and `ms`, `s`, `m`, `h` or `d`, for example `800ms` or `10m`. */
export type Duration = `${number}${keyof typeof UNITS}`;

/** Reads a length of time in milliseconds; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  if (!match) return undefined;
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
}

/** The milliseconds of a length of time; a wrong one is a programmer's error and named. */
export function milliseconds(duration: Duration): number {
  const value = parseDuration(duration);
  if (value === undefined) throw new TypeError(`a duration is a number and ms, s, m, h or d (like "10m"), got "${duration}"`);
  return value;
}

export { type Ending, LightEnding, Listeners, signalOf } from './ending.ts';
