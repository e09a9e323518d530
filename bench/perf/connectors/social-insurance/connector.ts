import { z } from 'zod';
import { connector } from '../../../../src/connect/index.ts';
import { policy, sectionOf, settings } from '../plain.ts';

const SocialInsurance = z.object({
  account: z.string(),
  registeredOn: z.string(),
  status: z.enum(['NORMAL', 'SUSPENDED', 'CANCELLED']),
  insuredCount: z.int(),
  medicalInsuredCount: z.int(),
  arrears: z.string(),
  lastPaidMonth: z.string().nullable(),
});

export default connector({
  id: 'social-insurance',
  agency: 'hrss',
  settings,
  policy,
  open: ({ settings: { url, together }, http }) => ({
    fields: { Enterprise: { socialInsurance: sectionOf(http.json({ url }), SocialInsurance, together) } },
  }),
});
