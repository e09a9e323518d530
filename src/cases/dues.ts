import type { Standing } from './life/index.ts';
import type { ItemRow } from './record.ts';
import type { CasesTools } from './tools.ts';

/** The days on which an item's two clocks run out, as far as that can be said now. */
export interface Dues {
  readonly promisedDue: string | null;
  readonly statutoryDue: string | null;
}

export function duesOf(_item: Pick<ItemRow, 'item'>, _standing: Standing, _tools: Pick<CasesTools, 'catalogue' | 'calendar'>): Dues {
  return { promisedDue: null, statutoryDue: null };
}
