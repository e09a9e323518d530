import { z } from 'zod';
import { connector } from '../../../../src/connect/index.ts';
import { policy, sectionOf, settings } from '../plain.ts';

const Permits = z.object({
  items: z.array(
    z.object({
      number: z.string(),
      item: z.string(),
      nameZh: z.string(),
      nameEn: z.string().nullable(),
      issuer: z.string(),
      issuedOn: z.string(),
      validTo: z.string().nullable(),
      status: z.enum(['VALID', 'EXPIRED', 'CANCELLED', 'REVOKED', 'MORTGAGED']),
    }),
  ),
});

export default connector({
  id: 'permits',
  agency: 'js-service-portal',
  settings,
  policy,
  open: ({ settings: { url, together }, http }) => ({
    fields: { Enterprise: { permits: sectionOf(http.json({ url }), Permits, together) } },
  }),
});
