import { z } from 'zod';
import { connector } from '../../../../src/connect/index.ts';
import { policy, sectionOf, settings } from '../plain.ts';

const Credit = z.object({
  grade: z.enum(['EXCELLENT', 'GOOD', 'FAIR', 'POOR']),
  badFlags: z.array(
    z.object({
      kind: z.enum(['ABNORMAL_OPERATION', 'SERIOUS_VIOLATION', 'JUDGMENT_DEFAULTER', 'BROKEN_COMMITMENT', 'MAJOR_TAX_OFFENCE']),
      reasonZh: z.string(),
      source: z.string(),
      since: z.string(),
    }),
  ),
  penalties: z.int(),
  honours: z.array(z.string()),
});

export default connector({
  id: 'credit',
  agency: 'js-public-credit',
  settings,
  policy,
  open: ({ settings: { url, together }, http }) => ({
    fields: { Enterprise: { credit: sectionOf(http.json({ url }), Credit, together) } },
  }),
});
