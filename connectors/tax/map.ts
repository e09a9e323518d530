import type { TaxRecordShape } from '../../schema/generated/connector-fields.ts';
import type { TaxpayerStatus, TaxpayerType } from '../../schema/generated/types.ts';
import { coded } from '../../src/connect/index.ts';
import type { Taxpayer } from './wire.ts';

const TYPES: Readonly<Record<string, TaxpayerType>> = { '01': 'GENERAL', '02': 'SMALL_SCALE' };
const STATES: Readonly<Record<string, TaxpayerStatus>> = { '03': 'NORMAL', '05': 'ABNORMAL', '07': 'CLEARED' };

/** One taxpayer in the schema's terms. */
export const toTaxProfile = (it: Taxpayer): TaxRecordShape => ({
  taxpayerNumber: it.nsrsbh,
  nameZh: it.nsrmc,
  taxpayerType: coded(TYPES, it.nsrlxDm, 'taxpayer type'),
  status: coded(STATES, it.nsrztDm, 'taxpayer state'),
  creditGrade: it.xydj,
  creditYear: Number(it.pjnd),
  arrears: it.qsje,
  invoiceQuota: it.fphd ? { maxAmountPerInvoice: it.fphd.dzzgxe, monthlyCopies: Number(it.fphd.myfs), used: Number(it.fphd.yyfs) } : null,
});
