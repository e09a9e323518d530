/** What the five connectors share: the agencies speak one plain JSON, `{"items": [row, …]}` for as many keys as are asked. */
import { z } from 'zod';
import { byKey, type JsonClient, lookup, value } from '../../../src/connect/index.ts';

/** The largest list of a work is asked for in one question; every contender that batches may do the same. */
const BATCH = 100;

// The agencies hold a kept-alive connection for each of 512 questions: as many as the hand-written contenders may have.
const CONNECTIONS = 512;

/** Limits that none of the works reaches, so that what is measured is the price of having them. */
export const policy = { timeout: '8s', concurrency: CONNECTIONS, queue: 8_192, perSecond: 1_000_000, perDay: 1_000_000_000 } as const;

/** The agencies are not told who asks: what several requests ask at the same moment may go out in one call. */
export const settings = z.strictObject({ url: z.url(), together: z.boolean() });

const Rows = z.object({ items: z.array(z.looseObject({ uscc: z.string() })) });

/** A section whose rows are in the schema's terms already; each is held against its shape on its own. */
export const sectionOf = <V>(client: JsonClient, shape: z.ZodType<V>, together: boolean) =>
  lookup({
    batch: BATCH,
    together,
    fresh: '10m',
    stale: '24h',
    async load(usccs: readonly string[], call) {
      const { items } = await client.request({ path: '/records', query: { keys: usccs.join(',') } }, Rows, call);
      return byKey(
        usccs,
        items,
        (row) => row.uscc,
        (row) => value(shape.parse(row)),
        call,
      );
    },
  });
