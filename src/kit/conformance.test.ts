import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  AgencyError,
  absent,
  byKey,
  type Call,
  connector,
  type HttpFace,
  type Log,
  lookup,
  type Reading,
  type ServedFields,
  secret,
  value,
} from '../connect/index.ts';
import { conformance } from './conformance.ts';
import { type SandboxReply, type SandboxRequest, sandbox } from './sandbox.ts';

const KEYS = ['91321071990000017N', '91321071990000025H'];
const SECRET = 'a word nobody may read';
const Row = z.object({ code: z.string(), name: z.string() });
const Reply = z.object({ rows: z.array(Row) });
type Row = z.infer<typeof Row>;
type Toy = Record<string, unknown>;

const nameOf = (code: string): string => `一门${createHash('sha256').update(code).digest('hex').slice(0, 8)}`;

/** A plain agency: JSON, many keys in one call, a word in a header. */
const agency = sandbox({
  id: 'toy',
  settings: (url) => ({ url, word: { sandbox: SECRET } }),
  samples: { 'Toy.name': KEYS },
  open: () => ({ handle: answer }),
});

function answer(request: SandboxRequest): SandboxReply {
  const headers = { 'content-type': 'application/json' };
  if (request.fault === 'expired' || request.headers['x-word'] !== SECRET) return { status: 401, headers, body: '{}' };
  const codes = (request.query.get('codes') ?? '').split(',');
  return { headers, body: request.encode(JSON.stringify({ rows: request.rows(codes.map((code) => ({ code, name: nameOf(code) }))) })) };
}

interface Tools {
  readonly http: HttpFace;
  readonly log: Log;
  readonly settings: { readonly url: string; readonly word: { reveal(): string } };
}

type Load = (keys: readonly string[], call: Call) => Promise<readonly Reading<Toy>[]>;

/** A connector of the toy agency that works, but for what `spoil` makes of it. */
function toy(
  spoil: (load: Load, tools: Tools, rowsOf: (keys: readonly string[], call: Call) => Promise<Row[]>) => Load = (load) => load,
  more = {},
) {
  return connector({
    id: 'toy',
    agency: 'taxation',
    settings: z.strictObject({ url: z.url(), word: secret() }),
    open({ settings, http, log }) {
      const client = http.json({ url: settings.url, headers: { 'x-word': settings.word.reveal() } });
      const rowsOf = async (keys: readonly string[], call: Call) =>
        (await client.request({ path: '/rows', query: { codes: keys.join(',') } }, Reply, call)).rows;
      const load: Load = async (keys, call) => byKey(keys, await rowsOf(keys, call), ({ code }) => code, toToy, call);
      const name = lookup({ batch: 50, load: spoil(load, { http, log, settings }, rowsOf) });
      return { fields: { Toy: { name, ...more } } as unknown as ServedFields };
    },
  });
}

const toToy = ({ name }: Row): Reading<Toy> => value({ name });

/** Asks past the engine, as a connector with a client of its own would. */
const fetched = async ({ settings }: Tools, keys: readonly string[], call: Call): Promise<Row[]> => {
  const reply = await fetch(`${settings.url}/rows?codes=${keys.join(',')}`, {
    headers: { 'x-word': settings.word.reveal() },
    signal: call.signal,
  });
  if (reply.status === 429) throw new AgencyError(call, 'THROTTLED', { retryAfterMs: 2_000 });
  if (reply.status === 401) throw new AgencyError(call, 'CREDENTIALS');
  if (reply.status === 500) throw new AgencyError(call, 'UNAVAILABLE');
  return (JSON.parse(await reply.text()) as { rows: Row[] }).rows;
};

async function sentences(spoiled: ReturnType<typeof toy>, its = agency): Promise<readonly string[]> {
  const outcomes = conformance({ connector: spoiled, sandbox: its }).map(({ name, run }) =>
    run().then(
      () => [],
      (error: Error) => [`${name} | ${error.message}`],
    ),
  );
  return (await Promise.all(outcomes)).flat();
}

const own = (rows: readonly Row[], keys: readonly string[], call: Call) => byKey(keys, rows, ({ code }) => code, toToy, call);

const BROKEN: Record<string, { readonly connector: ReturnType<typeof toy>; readonly words: RegExp }> = {
  'takes every failure for "no such record"': {
    connector: toy((load) => (keys, call) => load(keys, call).catch(() => keys.map(() => absent))),
    words: /under "down" is AGENCY_UNAVAILABLE \| .*should have failed with AGENCY_UNAVAILABLE: the agency hangs up/,
  },
  'calls every failure the same': {
    connector: toy(
      (load) => (keys, call) =>
        load(keys, call).catch((cause: unknown) =>
          Promise.reject(new AgencyError(call, 'UNAVAILABLE', { cause, private: { reason: 'oh' } })),
        ),
    ),
    words: /under "throttle" is AGENCY_THROTTLED \| .*should have failed with AGENCY_THROTTLED, got AGENCY_UNAVAILABLE/,
  },
  'trusts the order of the rows': {
    connector: toy((_, __, rowsOf) => async (keys, call) => {
      const rows = await rowsOf(keys, call);
      return keys.map((_key, i) => (rows[i] ? toToy(rows[i]) : absent));
    }),
    words: /should sort rows to keys by what they say, not by their order/,
  },
  'takes a row that was left out for "no such record"': {
    connector: toy(
      (_, __, rowsOf) => async (keys, call) =>
        byKey(keys, await rowsOf(keys, call), ({ code }) => code, toToy, call, { missing: 'absent' }),
    ),
    words: /should fail one key with AGENCY_PROTOCOL, got no failure: an incomplete reply is not "no such record"/,
  },
  'takes the last of two records': {
    connector: toy((_, __, rowsOf) => async (keys, call) => {
      const last = [...new Map((await rowsOf(keys, call)).map((row) => [row.code, row])).values()];
      return own(last, keys, call);
    }),
    words: /should fail one key with AGENCY_AMBIGUOUS, got no failure/,
  },
  'throws away all rows for one': {
    connector: toy((_, __, rowsOf) => async (keys, call) => {
      const rows = await rowsOf(keys, call);
      if (rows.length !== keys.length) throw new AgencyError(call, 'PROTOCOL');
      return own(rows, keys, call);
    }),
    words: /should have answered the keys whose rows were right: the agency leaves the last row/,
  },
  'follows redirects': {
    connector: toy((_, tools) => async (keys, call) => own(await fetched(tools, keys, call), keys, call)),
    words: /under "redirect" is AGENCY_PROTOCOL \| .*should have failed with AGENCY_PROTOCOL: the agency sends the caller/,
  },
  'takes JSON with a name that stands twice': {
    connector: toy((_, tools) => async (keys, call) => own(await fetched(tools, keys, call), keys, call)),
    words: /under "hostile" is AGENCY_PROTOCOL \| .*should have failed with AGENCY_PROTOCOL/,
  },
  'reads another charset as if it were its own': {
    connector: toy((_, tools) => async (keys, call) => own(await fetched(tools, keys, call), keys, call)),
    words: /under "charset" is AGENCY_PROTOCOL/,
  },
  'tries again by itself': {
    connector: toy((load) => async (keys, call) => {
      for (let i = 0; i < 4; i++) await load(keys, call).catch(() => undefined);
      return load(keys, call);
    }),
    words: /should leave second attempts to the engine: one question made 5 calls under "error"/,
  },
  'writes the key into the log': {
    connector: toy((load, { log }) => (keys, call) => {
      log.info({ keys }, 'asking');
      return load(keys, call);
    }),
    words: /should leave one log line per failed call|should not write the key it was asked into the log/,
  },
  'puts a secret into its error': {
    connector: toy(
      (load, { settings }) =>
        (keys, call) =>
          load(keys, call).catch((error: AgencyError) =>
            Promise.reject(
              new AgencyError(call, error.fault, { retryAfterMs: error.retryAfterMs, private: { word: settings.word.reveal() } }),
            ),
          ),
    ),
    words: /should not write the secret "word" into the log/,
  },
  'serves a section that its sandbox knows nothing of': {
    connector: toy((load) => load, { more: lookup({ one: async () => absent }) }),
    words: /the sandbox should name a key it knows for Toy\.more: add it to samples/,
  },
};

describe('the conformance kit', () => {
  it('passes a connector that is right', async () => {
    expect(await sentences(toy())).toEqual([]);
  });

  it.each(Object.entries(BROKEN))('catches a connector that %s', async (_, { connector: broken, words }) => {
    expect((await sentences(broken)).join('\n')).toMatch(words);
  });
});
