import { z } from 'zod';
import { absent, connector, type JsonClient, type Lookup, lookup, secret, sm2Signature, sm4Body, value } from '../../src/connect/index.ts';
import { policeDesk } from './desk.ts';
import { toHousehold, toIdentity, toSeals } from './map.ts';
import { HouseholdReply, IdentityReply, SealsReply } from './wire.ts';

export default connector({
  id: 'public-security',
  agency: 'public-security',
  settings: z.strictObject({
    url: z.url(),
    appId: z.string().min(1),
    /** SM4 key, 32 hex characters. */
    bodyKey: secret(),
    /** The hall's SM2 private key, 64 hex characters. */
    privateKey: secret(),
    /** The agency's SM2 public key, 130 hex characters. */
    agencyKey: z.string().regex(/^04[0-9a-f]{128}$/),
  }),
  policy: { timeout: '3s', concurrency: 8, queue: 200 },
  open({ settings, http, clock }) {
    const { url, appId, bodyKey, privateKey, agencyKey } = settings;
    // Sealed first, then signed: the signature covers what travels.
    const police = http.json({ url, sign: [sm4Body({ key: bodyKey }), sm2Signature({ appId, privateKey, agencyKey })] });
    return {
      fields: {
        Enterprise: { seals: question(police, '/seals', 'tyshxydm', SealsReply, toSeals) },
        Person: {
          identity: question(police, '/identity', 'gmsfhm', IdentityReply, toIdentity),
          household: question(police, '/household', 'gmsfhm', HouseholdReply, toHousehold),
        },
      },
      desk: policeDesk(police, { bodyKey, agencyKey }, clock),
    };
  },
});

interface Reply<T> {
  readonly jg: '0' | '1';
  readonly sjsj: string;
  readonly sj: T | null;
}

/** One question of this agency: one key, never stored. */
function question<T, V>(
  police: JsonClient,
  path: string,
  name: string,
  shape: z.ZodType<Reply<T>>,
  map: (content: T) => V,
): Lookup<string, V> {
  return lookup({
    memory: 'never',
    async one(key, call) {
      const { jg, sj, sjsj } = await police.request({ path, body: { [name]: key } }, shape, call);
      return jg === '0' || sj === null ? absent : value(map(sj), new Date(sjsj));
    },
  });
}
