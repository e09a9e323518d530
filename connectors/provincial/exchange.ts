import type { z } from 'zod';
import {
  AgencyError,
  absent,
  byKey,
  type Call,
  hmacSm3,
  type JsonClient,
  type Lookup,
  lookup,
  type Meaning,
  type OpenTools,
  type Secret,
  value,
} from '../../src/connect/index.ts';
import { beijingTime } from './codes.ts';
import { batchBody, Reply, type RequestHead } from './wire.ts';

/** Most keys in one question, on every platform. */
const BATCH = 50;

const OK = '200';
/** What the exchange's codes mean. A code that is not listed means `REFUSED`. */
export const MEANINGS: Readonly<Record<string, Meaning>> = {
  '40101': 'CREDENTIALS',
  // The clock of the hall is wrong: nobody at a counter can mend it.
  '40103': 'CREDENTIALS',
  '40301': 'CREDENTIALS',
  '40401': 'absent',
  // A copy of this very message came before it, and was taken: not a refusal.
  '40901': 'UNAVAILABLE',
  '42901': 'THROTTLED',
  '50001': 'UNAVAILABLE',
  '50301': 'MAINTENANCE',
  '50401': 'TIMEOUT',
};

export interface ExchangeSettings {
  readonly url: string;
  readonly appKey: string;
  readonly secret: Secret;
}

/** A question that one platform answers for many keys. */
export interface Question<Row, V> extends Pick<Lookup<string, V>, 'fresh' | 'stale' | 'memory'> {
  readonly service: string;
  /** The platform's own body for these keys. */
  request(keys: readonly string[]): unknown;
  readonly row: z.ZodType<Row>;
  /** The key a row is about. */
  key(row: Row): string;
  /** A row in the schema's terms. What it throws fails that row alone. */
  map(row: Row): V;
}

/** One platform behind the exchange. */
export interface PlatformClient {
  /** The lookup of a question, counted as an agency of its own. */
  lookup<Row, V>(question: Question<Row, V>): Lookup<string, V>;
  /** The checked body of the reply to one message, or null where the platform has no such record. */
  ask<T>(service: string, body: unknown, shape: z.ZodType<T>, call: Call): Promise<T | null>;
}

/** The exchange: gives a client per platform. `name` is the platform's id on the wire and in the catalogue. */
export interface Exchange {
  platform(name: string): PlatformClient;
}

const HEADERS = { appId: 'x-exchange-key', time: 'x-exchange-time', signature: 'x-exchange-sign' };

/** Opens the exchange. */
export function openExchange(settings: ExchangeSettings, { http, clock }: Pick<OpenTools<unknown>, 'http' | 'clock'>): Exchange {
  const { url, appKey, secret } = settings;
  const sign = hmacSm3({ appId: appKey, secret, headers: HEADERS });
  return {
    platform(name) {
      // A client, and so sockets, of its own: a platform that hangs must not hold those of its neighbours.
      const json = http.json({ url, sign, engine: 'axios' });
      const head = (service: string): RequestHead => ({
        appKey,
        platform: name,
        service,
        time: beijingTime(clock.now()),
        requestId: crypto.randomUUID(),
      });
      const platform = { name, json, head };
      return {
        lookup: (question) => platformLookup(platform, question),
        async ask(service, body, shape, call) {
          const good = goodReply(await sent(platform, service, body, call), call);
          return good && shape.parse(good.body);
        },
      };
    },
  };
}

interface OpenPlatform {
  readonly name: string;
  readonly json: JsonClient;
  /** The head of a new request. */
  head(service: string): RequestHead;
}

const sent = ({ name, json, head }: OpenPlatform, service: string, body: unknown, call: Call): Promise<Reply> =>
  json.request({ path: `/exchange/${name}/${service}`, body: { head: head(service), body } }, Reply, call);

function platformLookup<Row, V>(platform: OpenPlatform, question: Question<Row, V>): Lookup<string, V> {
  const { service, request, row, key, map, ...memory } = question;
  const shape = batchBody(row);
  return lookup({
    ...memory,
    agency: platform.name,
    batch: BATCH,
    async load(keys, call) {
      const good = goodReply(await sent(platform, service, request(keys), call), call);
      if (!good) return keys.map(() => absent);
      const { dataList, notFound } = shape.parse(good.body);
      const asOf = good.head.dataTime ?? undefined;
      return byKey(keys, dataList, key, (found) => value(map(found), asOf), call, { unknown: notFound });
    },
  });
}

/** The reply, or null when the platform knows none of the keys; throws what any other code means. */
function goodReply(reply: Reply | null, call: Call): Reply | null {
  if (!reply || reply.head.code === OK) return reply;
  const { code, retryAfter } = reply.head;
  const meaning = MEANINGS[code] ?? 'REFUSED';
  if (meaning === 'absent') return null;
  const retryAfterMs = typeof retryAfter === 'number' ? retryAfter * 1_000 : undefined;
  throw new AgencyError(call, meaning, { retryAfterMs, private: { agencyCode: code } });
}
