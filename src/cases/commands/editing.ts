import { eq } from 'drizzle-orm';
import type { Unit } from '../../store/index.ts';
import { type Contents, openContents, sealContents } from '../contents.ts';
import { FINAL } from '../life/index.ts';
import { problem, Refused } from '../problem.ts';
import { type HeldCase, holdNumbered } from '../record.ts';
import { cases } from '../tables.ts';
import type { CasesTools } from '../tools.ts';

/** Holds the case of a number. Throws {@link Refused} where there is none. */
export async function holdNumber(unit: Unit, number: string): Promise<HeldCase> {
  const held = await holdNumbered(unit, number);
  if (!held) throw new Refused(problem('UNKNOWN_CASE', 'number'));
  return held;
}

export const contentsOf = ({ row }: HeldCase, { vault }: CasesTools): Contents => openContents(vault, row.id, row.sealed);

export async function keepContents(unit: Unit, { row }: HeldCase, contents: Contents, { vault, clock }: CasesTools): Promise<void> {
  const changed = { sealed: sealContents(vault, row.id, contents), changedAt: new Date(clock.now()) };
  Object.assign(row, changed);
  await unit.db.update(cases).set(changed).where(eq(cases.id, row.id));
}

/** A case that was handed in is changed by corrections only; one that is closed not at all. */
export function mustBeDraft({ row, items }: HeldCase): void {
  if (items.every(({ phase }) => FINAL.has(phase))) throw new Refused(problem('CLOSED', 'number'));
  if (row.submittedAt) throw new Refused(problem('SUBMITTED', 'number'));
}
