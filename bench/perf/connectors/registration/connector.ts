import { z } from 'zod';
import type { ConnectorFields, EnterpriseConnectionShape } from '../../../../schema/generated/connector-fields.ts';
import { connector, type JsonClient, type Lookup, lookup, value } from '../../../../src/connect/index.ts';
import { policy, sectionOf, settings } from '../plain.ts';

const Status = z.enum(['ACTIVE', 'ABNORMAL', 'REVOKED', 'DEREGISTERED']);

const Registration = z.object({
  nameZh: z.string(),
  status: Status,
  companyType: z.string(),
  legalRepresentative: z.object({ nameZh: z.string(), person: z.object({ idNumber: z.string() }) }),
  registeredCapital: z.object({ amount: z.string(), currency: z.string() }),
  establishedOn: z.string(),
  address: z.string(),
  industry: z.object({ code: z.string(), nameZh: z.string() }),
  scope: z.string(),
  shareholders: z.array(z.object({ nameZh: z.string(), percent: z.number() })),
  licence: z.object({
    number: z.string(),
    issuedOn: z.string(),
    validTo: z.string().nullable(),
    status: z.enum(['VALID', 'EXPIRED', 'CANCELLED', 'REVOKED', 'MORTGAGED']),
  }),
  authority: z.string(),
});

const Found = z.object({ items: z.array(z.object({ uscc: z.string(), nameZh: z.string(), status: Status })) });

export default connector({
  id: 'registration',
  agency: 'market-regulation',
  settings,
  policy,
  open({ settings: { url, together }, http }) {
    const registry = http.json({ url });
    return {
      fields: { Query: { enterprises: search(registry) }, Enterprise: { registration: sectionOf(registry, Registration, together) } },
    };
  },
});

type Search = ConnectorFields['Query']['enterprises']['key'];

/** One page; there is never a second one. */
const search = (registry: JsonClient): Lookup<Search, EnterpriseConnectionShape> =>
  lookup({
    async one({ name }: Search, call) {
      const { items } = await registry.request({ path: '/search', query: { name } }, Found, call);
      const edges = items.map(({ uscc, nameZh, status }, i) => ({ cursor: String(i), node: { nameZh, status, enterprise: { uscc } } }));
      return value({ edges, totalCount: items.length, pageInfo: { hasNextPage: false, endCursor: null } });
    },
  });
