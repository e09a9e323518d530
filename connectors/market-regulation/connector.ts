import { z } from 'zod';
import { byKey, connector, type JsonClient, lookup, oauth2, secret, value } from '../../src/connect/index.ts';
import { registryDesk } from './desk.ts';
import { toEnterprises, toRegistration } from './map.ts';
import { searchLookup } from './search.ts';
import { Holder, HoldersReply, Registration, RegistrationsReply } from './wire.ts';

/** Most keys the registry takes in one question. */
const BATCH = 50;

export default connector({
  id: 'market-regulation',
  agency: 'market-regulation',
  settings: z.strictObject({
    url: z.url(),
    tokenUrl: z.url(),
    clientId: z.string().min(1),
    clientSecret: secret(),
    /** Signs the registry's call-backs. */
    callbackSecret: secret(),
  }),
  policy: { timeout: '3s', concurrency: 16 },
  open({ settings, http, clock }) {
    const { url, callbackSecret, ...credentials } = settings;
    const registry = http.json({ url, sign: oauth2(credentials) });
    return {
      fields: {
        Query: { enterprises: searchLookup(registry) },
        Enterprise: { registration: registrations(registry) },
        Person: { enterprises: holders(registry) },
      },
      desk: registryDesk(registry, callbackSecret, clock),
    };
  },
});

const registrations = (registry: JsonClient) =>
  lookup({
    batch: BATCH,
    together: true,
    fresh: '10m',
    stale: '24h',
    async load(usccs: readonly string[], call) {
      const reply = await registry.request({ path: '/registrations/query', body: { uniscids: usccs } }, RegistrationsReply, call);
      const asOf = new Date(reply.dataTime);
      return byKey(
        usccs,
        reply.items,
        (row) => row.uniscid,
        (row) => value(toRegistration(Registration.parse(row)), asOf),
        call,
        { unknown: reply.unknown },
      );
    },
  });

const holders = (registry: JsonClient) =>
  lookup({
    batch: BATCH,
    together: true,
    fresh: '10m',
    async load(idNumbers: readonly string[], call) {
      const reply = await registry.request({ path: '/holders/query', body: { cerNos: idNumbers } }, HoldersReply, call);
      const asOf = new Date(reply.dataTime);
      return byKey(
        idNumbers,
        reply.items,
        (row) => row.cerNo,
        (row) => value(toEnterprises(Holder.parse(row)), asOf),
        call,
        { unknown: reply.unknown },
      );
    },
  });
