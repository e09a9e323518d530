import type { Shared } from '../../store/index.ts';
import type { Limits, Verdict } from './counter.ts';
import { endOfShanghaiDay, shanghaiDay } from './shanghai.ts';

/** A replica whose clock is behind still finds the day's count a while after midnight. */
const AFTER_MIDNIGHT_MS = 3_600_000;

/**
 * Counts one call, or says why not, in one step. KEYS: times of the last calls, calls of the day. ARGV: per second, per
 * day (0: no limit), the day's calls known to the asker, milliseconds to keep the day. Seconds are those of Redis'
 * clock: the replicas' own may differ by more than one. A count that a flush lost is taken up from the asker.
 */
const SCRIPT = `
local perSecond, perDay = tonumber(ARGV[1]), tonumber(ARGV[2])
local today = math.max(tonumber(redis.call('GET', KEYS[2]) or '0'), tonumber(ARGV[3]))
if perDay > 0 and today >= perDay then return {'day', 0, today} end
if perSecond > 0 then
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  local oldest = tonumber(redis.call('LINDEX', KEYS[1], perSecond - 1) or '0')
  local wait = oldest + 1000 - now
  if wait > 0 and wait <= 1000 then return {'second', wait, today} end
  redis.call('LPUSH', KEYS[1], string.format('%.0f', now))
  redis.call('LTRIM', KEYS[1], 0, perSecond - 1)
  redis.call('PEXPIRE', KEYS[1], 2000)
end
redis.call('SET', KEYS[2], today + 1, 'PX', ARGV[4])
return {'counted', 0, today + 1}`;

/**
 * Counts the calls of all replicas, in Redis. Key names are HMACs. The counts themselves are plain numbers, which a
 * script could not add to otherwise; they say how often an agency was asked, and nothing of whom about.
 */
export class SharedCounter {
  readonly #shared: Shared;
  readonly #source: string;
  readonly #limits: Limits;

  constructor(shared: Shared, source: { readonly connector: string; readonly agency: string }, limits: Limits) {
    this.#shared = shared;
    this.#source = JSON.stringify([source.connector, source.agency]);
    this.#limits = limits;
  }

  /**
   * Counts one call when the limits allow it; undefined when Redis cannot be asked. `known` are the calls of the day that
   * the asker knows of.
   */
  async take(now: number, known: number): Promise<Verdict | undefined> {
    const day = shanghaiDay(now);
    const midnight = endOfShanghaiDay(day);
    const { perSecond = 0, perDay = 0 } = this.#limits;
    const keys = [this.#name('second'), this.#name(`day ${day}`)];
    const values = [perSecond, perDay, known, Math.ceil(midnight - now + AFTER_MIDNIGHT_MS)].map(String);
    const reply = await this.#shared.ask((redis) => redis.eval(SCRIPT, { keys, arguments: values }));
    if (!reply) return undefined;
    const [word, waitMs, today] = reply as unknown as [Buffer, number, number];
    const outcome = String(word);
    if (outcome === 'counted') return { counted: true, today };
    return { counted: false, today, waitMs: outcome === 'day' ? midnight - now : waitMs };
  }

  #name(what: string): string {
    return this.#shared.vault.name('quota', `${this.#source} ${what}`);
  }
}
