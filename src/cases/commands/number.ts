import { sql } from 'drizzle-orm';
import { rowsOf, type Unit } from '../../store/index.ts';

const SERIAL_DIGITS = 4;

/**
 * The next case number: the leading item's code, the day, and a serial within both (the pattern seen in the field: 31 + 8 +
 * 4 characters). Numbers are taken in the transaction that opens the case, so that none is lost.
 */
export async function nextNumber({ db }: Unit, itemCode: string, day: string): Promise<string> {
  const prefix = `${itemCode}${day.replaceAll('-', '')}`;
  const [taken] = await rowsOf<{ last: number }>(
    db,
    sql`
    insert into yimen.case_numbers (prefix, last) values (${prefix}, 1)
    on conflict (prefix) do update set last = case_numbers.last + 1 returning last`,
  );
  return `${prefix}${String(taken?.last).padStart(SERIAL_DIGITS, '0')}`;
}
