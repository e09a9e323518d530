import type { CivilDate } from '../calendar/index.ts';
import { type Row, rowsIn, textIn } from './record.ts';
import type { Known } from './types.ts';

/** What is known of an applicant's credit. `UNCHECKED`: it could not be asked, or nobody was named. */
export type Credit = 'CLEAR' | 'FLAGGED' | 'UNCHECKED';

export const CREDIT_SECTION = 'Enterprise.credit';

/** Whether a bad flag stands against the enterprise. Agencies keep flags of enterprises only. */
export function creditOf(known: Known, on: CivilDate): Credit {
  const reading = known('enterprise', CREDIT_SECTION);
  if (reading.kind === 'failed' || reading.kind === 'unasked') return 'UNCHECKED';
  return reading.kind === 'value' && flagsIn(reading.value, on).length > 0 ? 'FLAGGED' : 'CLEAR';
}

/** The bad flags of a credit record that have not ended by that day. */
export const flagsIn = (record: Row, on: CivilDate): readonly Row[] =>
  rowsIn(record, 'badFlags').filter((flag) => (textIn(flag, 'until') ?? on) >= on);
