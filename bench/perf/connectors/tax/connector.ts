import { z } from 'zod';
import { connector } from '../../../../src/connect/index.ts';
import { policy, sectionOf, settings } from '../plain.ts';

const Tax = z.object({
  taxpayerNumber: z.string(),
  nameZh: z.string(),
  taxpayerType: z.enum(['GENERAL', 'SMALL_SCALE']),
  status: z.enum(['NORMAL', 'ABNORMAL', 'CLEARED']),
  creditGrade: z.enum(['A', 'B', 'M', 'C', 'D']),
  creditYear: z.int(),
  arrears: z.string(),
  invoiceQuota: z.object({ maxAmountPerInvoice: z.string(), monthlyCopies: z.int(), used: z.int() }),
});

export default connector({
  id: 'tax',
  agency: 'taxation',
  settings,
  policy,
  open: ({ settings: { url, together }, http }) => ({ fields: { Enterprise: { tax: sectionOf(http.json({ url }), Tax, together) } } }),
});
