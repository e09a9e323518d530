import { createHash } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { civilDateOf } from '../../calendar/index.ts';
import type { MaterialRequirement } from '../../catalogue/index.ts';
import type { Unit } from '../../store/index.ts';
import { sealNumber } from '../contents.ts';
import type { Fetched } from '../fetching.ts';
import { type Problem, problem, Refused } from '../problem.ts';
import { type HeldCase, record, releaseWaiting } from '../record.ts';
import { caseMaterials, submissions } from '../tables.ts';
import type { CasesTools, Who } from '../tools.ts';
import { holdNumber, mustBeDraft } from './editing.ts';

export interface SubmitInput {
  readonly number: string;
  /** 1 to 255 characters; names this submission for ever. */
  readonly idempotencyKey: string;
}

/** What was asked of agencies before the transaction, so that it holds no row while an agency thinks. */
export interface Prepared {
  readonly fetched: ReadonlyMap<string, Fetched>;
  readonly hasBadCredit: boolean | undefined;
  /** What is wrong with the form. */
  readonly problems: readonly Problem[];
}

/** The same key was used for another submission. */
export class Conflict extends Error {
  override readonly name = 'Conflict';
}

/**
 * Hands a case in: form and materials are checked, what agencies hold is noted, every item becomes a fact, and those that
 * wait for nothing are on their way. The same key gives the same case, however often and at the same time.
 */
export async function submitCase(unit: Unit, input: SubmitInput, prepared: Prepared, who: Who, tools: CasesTools): Promise<HeldCase> {
  const held = await holdNumber(unit, input.number);
  // Looked for while the case is held: of two equal submissions at once the second one finds the key of the first.
  if (await isKnown(unit, input, who, tools)) return held;
  mustBeDraft(held);
  const now = new Date(tools.clock.now());
  await keyOf(unit, input, held, who, tools, now);
  await takeMaterials(unit, held, prepared, who, tools, now);
  // Written down with the first fact.
  held.row.submittedAt = now;
  for (const item of held.items)
    await record(unit, held, item, { kind: 'submitted', id: 'submitted', at: now, by: 'applicant' }, who, tools);
  await releaseWaiting(unit, held, tools);
  tools.at?.('P2');
  return held;
}

const nameOf = ({ idempotencyKey }: SubmitInput, { actor }: Who, { vault }: CasesTools): string =>
  vault.name('submission', `${actor}\0${idempotencyKey}`);

const digestOf = ({ number }: SubmitInput): string => createHash('sha256').update(JSON.stringify({ number })).digest('base64url');

/** Whether this very submission, which names its case, was kept before. */
async function isKnown(unit: Unit, input: SubmitInput, who: Who, tools: CasesTools): Promise<boolean> {
  const [known] = await unit.db
    .select()
    .from(submissions)
    .where(eq(submissions.key, nameOf(input, who, tools)));
  if (known && known.digest !== digestOf(input)) throw new Conflict('this idempotency key was used for another submission');
  return known !== undefined;
}

/** Of two submissions of different cases by one key at the same moment one is refused. */
async function keyOf(unit: Unit, input: SubmitInput, { row }: HeldCase, who: Who, tools: CasesTools, at: Date): Promise<void> {
  const key = { key: nameOf(input, who, tools), digest: digestOf(input), caseId: row.id, at };
  const kept = await unit.db.insert(submissions).values(key).onConflictDoNothing().returning({ key: submissions.key });
  if (kept.length === 0) throw new Conflict('this idempotency key was used for another submission at the same moment');
}

async function takeMaterials(unit: Unit, held: HeldCase, prepared: Prepared, who: Who, tools: CasesTools, now: Date): Promise<void> {
  const there = new Map(
    (await unit.db.select().from(caseMaterials).where(eq(caseMaterials.caseId, held.row.id))).map((row) => [row.material, row]),
  );
  const wanted = wantedBy(held, tools);
  const missing = [...wanted].filter(([id]) => !there.has(id));
  const problems = [...prepared.problems, ...missing.flatMap(([id]) => lacking(id, prepared))];
  const promised = [...there.values()].filter(({ source }) => source === 'COMMITTED');
  if (promised.length > 0 && prepared.hasBadCredit) problems.push(problem('TOLERANCE_REFUSED', 'materials'));
  if (problems.length > 0) throw new Refused(...problems);
  const added = missing.map(([id]) => rowOf({ caseId: held.row.id, material: id, addedBy: who.actor, addedAt: now }, prepared, tools));
  if (added.length > 0) await unit.db.insert(caseMaterials).values(added);
  for (const { material } of promised) await setDeadline(unit, held.row.id, material, wanted.get(material) ?? [], tools, now);
}

/** What the case's items insist on and what neither the form nor an earlier item makes, with who insists. */
export function wantedBy(
  { items }: HeldCase,
  { catalogue }: Pick<CasesTools, 'catalogue'>,
): ReadonlyMap<string, readonly MaterialRequirement[]> {
  const wanted = new Map<string, MaterialRequirement[]>();
  for (const { item, waitsFor } of items) {
    const made = new Set(upstream(waitsFor, items).flatMap((code) => catalogue.item(code)?.result?.materialId ?? []));
    for (const requirement of catalogue.item(item)?.materials ?? []) {
      const { materialId, required } = requirement;
      if (!required || made.has(materialId) || catalogue.material(materialId)?.fromForm) continue;
      wanted.set(materialId, [...(wanted.get(materialId) ?? []), requirement]);
    }
  }
  return wanted;
}

function upstream(codes: readonly string[], items: HeldCase['items']): readonly string[] {
  const found = new Set(codes);
  for (const code of found) for (const before of items.find(({ item }) => item === code)?.waitsFor ?? []) found.add(before);
  return [...found];
}

function lacking(id: string, { fetched }: Prepared): readonly Problem[] {
  return (fetched.get(id)?.kind ?? 'none') === 'none' ? [problem('MISSING_MATERIAL', `materials/${id}`)] : [];
}

type MaterialRow = typeof caseMaterials.$inferInsert;

/** What an agency holds counts as handed in; what it could not be asked for is the gateway's to fetch, not the applicant's. */
function rowOf(
  row: Pick<MaterialRow, 'caseId' | 'material' | 'addedBy' | 'addedAt'>,
  { fetched }: Prepared,
  { vault }: CasesTools,
): MaterialRow {
  const found = fetched.get(row.material);
  return found?.kind === 'found'
    ? { ...row, source: 'FETCHED', number: sealNumber(vault, row, found.number) }
    : { ...row, source: 'SYSTEM_DELAYED' };
}

async function setDeadline(
  unit: Unit,
  caseId: string,
  material: string,
  insisting: readonly MaterialRequirement[],
  tools: CasesTools,
  now: Date,
): Promise<void> {
  const days = Math.min(...insisting.map(({ tolerableWorkingDays }) => tolerableWorkingDays ?? 0));
  const followsBy = tools.calendar.addWorkingDays(civilDateOf(now), days);
  await unit.db
    .update(caseMaterials)
    .set({ followsBy })
    .where(and(eq(caseMaterials.caseId, caseId), eq(caseMaterials.material, material)));
}
