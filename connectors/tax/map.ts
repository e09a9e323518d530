import type { TaxRecordShape } from '../../schema/generated/connector-fields.ts';
import type { TaxpayerStatus, TaxpayerType } from '../../schema/generated/types.ts';
import type { Taxpayer } from './wire.ts';

const TYPES: Readonly<Record<string, TaxpayerType>> = { '01': 'GENERAL', '02': 'SMALL_SCALE' };
const STATES: Readonly<Record<string, TaxpayerStatus>> = { '03': 'NORMAL', '05': 'ABNORMAL', '07': 'CLEARED' };

/** The meaning of a code; a code the contract does not list is never guessed. */
function coded<T>(table: Readonly<Record<string, T>>, code: string, what: string): T {
  const meaning = table[code];
  if (meaning === undefined) throw new Error(`unknown ${what}`);
  return meaning;
}

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
