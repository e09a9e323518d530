import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import type { CorrectionPoint } from '../../connect/index.ts';
import type { StoredFile } from '../../files/index.ts';
import type { Unit } from '../../store/index.ts';
import { type Fact, type FactDetail, type FactKind, FINAL, MOVES } from '../life/index.ts';
import { problem, Refused } from '../problem.ts';
import { factsOf, type HeldCase, hold, type ItemRow, record } from '../record.ts';
import { caseItems, caseMaterials } from '../tables.ts';
import { BUREAU, type CasesTools, type Who } from '../tools.ts';

export interface OfHeld {
  readonly held: HeldCase;
  readonly item: ItemRow;
}

/** Holds the case of an item by the item's id. */
export async function holdItem(unit: Unit, id: string): Promise<OfHeld> {
  const [found] = /^[0-9a-f-]{36}$/.test(id) ? await unit.db.select().from(caseItems).where(eq(caseItems.id, id)) : [];
  const held = found && (await hold(unit, found.caseId));
  const item = held?.items.find((each) => each.id === id);
  if (!held || !item) throw new Refused(problem('UNKNOWN_CASE', 'item'));
  return { held, item };
}

async function holdTask(unit: Unit, id: string, who: Who): Promise<OfHeld> {
  const { held, item } = await holdItem(unit, id);
  if (item.desk !== BUREAU) throw new Refused(problem('UNKNOWN_CASE', 'item'));
  if (FINAL.has(item.phase) && item.phase !== 'GRANTED') throw new Refused(problem('CLOSED', 'item'));
  if (item.officer !== null && item.officer !== who.actor) throw new Refused(problem('NOT_YOUR_TASK', 'item'));
  return { held, item };
}

/** An officer takes a task: nobody else works on it then. */
export async function takeTask(unit: Unit, { item: id }: { readonly item: string }, who: Who, tools: CasesTools): Promise<HeldCase> {
  const { held, item } = await holdTask(unit, id, who);
  const taken = { officer: who.actor, takenAt: new Date(tools.clock.now()) };
  await unit.db.update(caseItems).set(taken).where(eq(caseItems.id, id));
  Object.assign(item, taken);
  unit.audit.write({
    action: 'case.task-taken',
    ...who,
    outcome: 'done',
    case: held.row.number,
    subject: held.row.subject,
    detail: { item: item.item },
  });
  return held;
}

export interface CorrectionInput {
  readonly item: string;
  readonly points: readonly CorrectionPoint[];
  /** A supervisor's reason for asking a second time. */
  readonly override?: string | undefined;
}

/**
 * Asks the applicant to mend something: once, completely (行政许可法 art. 32). A second request for what lay there already
 * needs a supervisor who says why, and that is kept.
 */
export async function requestCorrection(
  unit: Unit,
  { item: id, points, override }: CorrectionInput,
  who: Who,
  tools: CasesTools,
): Promise<HeldCase> {
  const { held, item } = await holdTask(unit, id, who);
  const facts = await factsOf(unit, id);
  const isSecond = facts.some(({ kind }) => kind === 'correction');
  if (isSecond && (await couldHaveBeenAsked(unit, held, points, facts))) {
    if (!override || who.role !== 'supervisor') throw new Refused(problem('ASKED_BEFORE', 'points'));
    unit.audit.write({
      action: 'case.correction-override',
      ...who,
      outcome: 'done',
      case: held.row.number,
      subject: held.row.subject,
      why: override,
    });
  }
  await recorded(unit, { held, item }, { kind: 'correction', points }, who, tools);
  return held;
}

/** Whether a point concerns what was there when the first request was made. */
async function couldHaveBeenAsked(
  unit: Unit,
  { row }: HeldCase,
  points: readonly CorrectionPoint[],
  facts: readonly Fact[],
): Promise<boolean> {
  const first = facts.find(({ kind }) => kind === 'correction')?.at ?? new Date(0);
  const materials = await unit.db.select().from(caseMaterials).where(eq(caseMaterials.caseId, row.id));
  const isNew = ({ material }: CorrectionPoint) => materials.some((each) => each.material === material && each.addedAt > first);
  return points.some((point) => !isNew(point));
}

export type Decision = 'ACCEPT' | 'NOT_ACCEPT' | 'START_SPECIAL' | 'END_SPECIAL' | 'GRANT' | 'REFUSE' | 'REVOKE';

export interface DecideInput {
  readonly item: string;
  readonly decision: Decision;
  readonly reason?: string | undefined;
  readonly resultNumber?: string | undefined;
  readonly validTo?: string | undefined;
  /** Id of a file that was sent in: the document itself. */
  readonly document?: string | undefined;
}

/** Decides a task of the bureau. */
export async function decide(unit: Unit, input: DecideInput, who: Who, tools: CasesTools): Promise<HeldCase> {
  const { held, item } = await holdTask(unit, input.item, who);
  if (input.decision === 'GRANT') await mustBeFetched(unit, item, tools);
  const document = input.document === undefined ? null : await claimed(unit, input, held, who, tools);
  await recorded(unit, { held, item }, factOf(input, document, item, tools), who, tools);
  return held;
}

/** What an agency could not be asked for never stops the review, only the closing. */
async function mustBeFetched(unit: Unit, { caseId, item }: ItemRow, { catalogue }: CasesTools): Promise<void> {
  const insisted = (catalogue.item(item)?.materials ?? []).filter(({ required }) => required).map(({ materialId }) => materialId);
  const isDelayed = and(eq(caseMaterials.caseId, caseId), eq(caseMaterials.source, 'SYSTEM_DELAYED'));
  const delayed = await unit.db.select({ material: caseMaterials.material }).from(caseMaterials).where(isDelayed);
  const open = delayed.filter(({ material }) => insisted.includes(material));
  if (open.length > 0) throw new Refused(...open.map(({ material }) => problem('WAITS_FOR_AGENCY', `materials/${material}`)));
}

/** Only what is granted has a document. */
async function claimed(unit: Unit, { decision, document = '' }: DecideInput, { row }: HeldCase, who: Who, { files }: CasesTools) {
  if (decision !== 'GRANT') throw new Refused(problem('WRONG_FORM', 'document'));
  const file = await files.claim(unit, document, row.id, who);
  if (!file) throw new Refused(problem('UNKNOWN_FILE', 'document'));
  return file;
}

function factOf(
  { decision, reason = '', resultNumber, validTo }: DecideInput,
  document: StoredFile | null,
  { item }: ItemRow,
  { catalogue }: CasesTools,
): FactDetail {
  if (reason.trim() === '' && NEEDS_REASON.has(decision)) throw new Refused(problem('WRONG_FORM', 'reason'));
  const nameZh = catalogue.item(item)?.result?.nameZh ?? '办理结果';
  const facts: Readonly<Record<Decision, FactDetail>> = {
    ACCEPT: { kind: 'accepted' },
    NOT_ACCEPT: { kind: 'not-accepted', reason },
    START_SPECIAL: { kind: 'special-started', reason },
    END_SPECIAL: { kind: 'special-ended' },
    GRANT: { kind: 'granted', result: { number: resultNumber ?? null, nameZh, validTo: validTo ?? null, document } },
    REFUSE: { kind: 'refused', reason },
    REVOKE: { kind: 'revoked', reason },
  };
  return facts[decision];
}

const NEEDS_REASON: ReadonlySet<Decision> = new Set(['NOT_ACCEPT', 'START_SPECIAL', 'REFUSE', 'REVOKE']);

/** What fits nowhere is told to whoever wanted it; from an agency it would only be written down. */
async function recorded(unit: Unit, { held, item }: OfHeld, detail: FactDetail, who: Who, tools: CasesTools): Promise<void> {
  mustFit(item, detail.kind);
  const fact = { ...detail, id: `officer.${randomUUID()}`, at: new Date(tools.clock.now()), by: 'person' } as Fact;
  await record(unit, held, item, fact, who, tools);
}

function mustFit({ phase }: ItemRow, kind: FactKind): void {
  // The table lets two agencies contradict each other, for a person to settle; a person does not contradict what was decided.
  const isClosed = FINAL.has(phase) && kind !== 'revoked';
  if (isClosed || !MOVES[phase][kind]) throw new Refused(problem(FINAL.has(phase) ? 'CLOSED' : 'NOTHING_ASKED', 'item'));
}
