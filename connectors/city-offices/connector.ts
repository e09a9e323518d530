import { z } from 'zod';
import { absent, byKey, columnMac, connector, databaseSettings, duration, lookup, secret, value } from '../../src/connect/index.ts';
import { cityDesk } from './desk.ts';
import { toCityReviews } from './map.ts';
import { MEANINGS, OK, ProjectRow, REPLY_TABLE, ReviewsReply, requestTable, SERVICE } from './wire.ts';

export default connector({
  id: 'city-offices',
  agency: 'city-exchange',
  settings: z.strictObject({
    ...databaseSettings(),
    /** The schema (PostgreSQL) or database (MySQL) that holds the tables, where it is not the one we are led to. */
    schema: z.string().min(1).optional(),
    /** The hall's unit code 单位编码. */
    hall: z.string().min(1),
    /** Signs requests and replies. */
    secret: secret(),
    pollEvery: duration().optional(),
    openFor: duration().optional(),
  }),
  // The city's batch job runs every few seconds.
  policy: { timeout: '8s', concurrency: 4, queue: 64 },
  open({ settings, database, clock }) {
    const { url, user, password, tls, schema, hall, secret, pollEvery = '500ms', openFor = '10m' } = settings;
    const within = <T extends { readonly table: string }>(table: T): T => ({
      ...table,
      table: schema ? `${schema}.${table.table}` : table.table,
    });
    const city = database.exchange({
      url,
      user,
      password,
      tls,
      request: within(requestTable(hall)),
      reply: within(REPLY_TABLE),
      ok: OK,
      meanings: MEANINGS,
      sign: columnMac({ secret }),
      pollEvery,
      openFor,
    });
    return {
      fields: {
        Project: {
          cityReviews: lookup({
            batch: 50,
            fresh: '1h',
            stale: '7d',
            async load(codes: readonly string[], call) {
              // In order, so that the same projects are the same question, whoever asks.
              const reply = await city.ask(SERVICE, { xmdm: codes.toSorted() }, ReviewsReply, call);
              if (!reply) return codes.map(() => absent);
              const asOf = new Date(reply.sjsj);
              return byKey(codes, reply.xmlb, keyOf, (it) => value(toCityReviews(ProjectRow.parse(it)), asOf), call, {
                unknown: reply.wdj,
              });
            },
          }),
        },
      },
      desk: cityDesk(city, clock),
    };
  },
});

const keyOf = ({ xmdm }: { readonly xmdm: string }): string => xmdm;
