import { randomUUID } from 'node:crypto';
import { and, eq, inArray } from 'drizzle-orm';
import { maskCitizenIds } from '../../codes/index.ts';
import type { CorrectionPoint } from '../../connect/index.ts';
import type { Unit } from '../../store/index.ts';
import { FINAL, type Phase, standingOf } from '../life/index.ts';
import { problem, Refused } from '../problem.ts';
import { factsOf, type HeldCase, type ItemRow, record } from '../record.ts';
import { caseMaterials } from '../tables.ts';
import { BUREAU, type CasesTools, QUEUES, type Who } from '../tools.ts';
import { contentsOf, holdNumber, keepContents } from './editing.ts';
import { checkFields, merged } from './form.ts';

export interface SupplementInput {
  readonly number: string;
  /** Code or slug of the item that asked. */
  readonly item: string;
  readonly form: Readonly<Record<string, unknown>>;
  /** Materials that were attached for it. */
  readonly materials: readonly string[];
}

/** Answers a correction request: all of it at once, or nothing is kept. */
export async function supplement(unit: Unit, input: SupplementInput, who: Who, tools: CasesTools): Promise<HeldCase> {
  const held = await holdNumber(unit, input.number);
  const code = tools.catalogue.item(input.item)?.code;
  const item = held.items.find((each) => each.item === code);
  if (item?.phase !== 'CORRECTION') throw new Refused(problem('NOTHING_ASKED', 'item'));
  const facts = await factsOf(unit, item.id);
  const { correction, stops } = standingOf(facts);
  const asked = stops.at(-1)?.from ?? new Date(0);
  await mustBeComplete(unit, held, correction, input, asked);
  checkFields(input.form, held, tools);
  const contents = contentsOf(held, tools);
  await keepContents(unit, held, { ...contents, form: merged(contents.form, input.form) }, tools);
  const at = new Date(tools.clock.now());
  await record(unit, held, item, { kind: 'corrected', id: `corrected.${randomUUID()}`, at, by: 'applicant' }, who, tools);
  const { id, desk } = item;
  const { form, materials } = input;
  if (desk !== BUREAU)
    await unit.jobs.send(QUEUES.supplement, { caseId: held.row.id, itemId: id, desk, fields: Object.keys(form), materials });
  return held;
}

/** Every point that was named must be answered: a material brought since, a field filled in now. */
async function mustBeComplete(
  unit: Unit,
  { row }: HeldCase,
  points: readonly CorrectionPoint[],
  input: SupplementInput,
  asked: Date,
): Promise<void> {
  const named = points.flatMap(({ material }) => material ?? []);
  const brought =
    named.length === 0
      ? []
      : await unit.db
          .select()
          .from(caseMaterials)
          .where(and(eq(caseMaterials.caseId, row.id), inArray(caseMaterials.material, named)));
  const isAnswered = ({ material, field }: CorrectionPoint) => {
    if (material) return input.materials.includes(material) && brought.some((each) => each.material === material && each.addedAt >= asked);
    return field === null || field in input.form;
  };
  const open = points.filter((point) => !isAnswered(point));
  const places = open.map(({ material, field }) => (material ? `materials/${material}` : `form/${field}`));
  if (open.length > 0) throw new Refused(...places.map((path) => problem('INCOMPLETE_CORRECTION', path)));
}

/** Takes back what is not decided yet. What an agency has already is withdrawn there. */
export async function withdraw(
  unit: Unit,
  { number, reason }: { readonly number: string; readonly reason: string },
  who: Who,
  tools: CasesTools,
): Promise<HeldCase> {
  const held = await holdNumber(unit, number);
  const open = held.items.filter(({ phase }) => !FINAL.has(phase));
  if (open.length === 0) throw new Refused(problem('NOT_WITHDRAWABLE', 'number'));
  for (const item of open) await withdrawOne(unit, held, item, maskCitizenIds(reason), who, tools);
  return held;
}

const NOT_SENT: ReadonlySet<Phase> = new Set(['DRAFT', 'WAITING']);

async function withdrawOne(unit: Unit, held: HeldCase, item: ItemRow, reason: string, who: Who, tools: CasesTools): Promise<void> {
  const isHere = NOT_SENT.has(item.phase) || item.desk === BUREAU;
  // The agency may grant it before it hears of this: only its word makes it withdrawn.
  if (!isHere) return unit.jobs.send(QUEUES.supplement, { caseId: held.row.id, itemId: item.id, desk: item.desk, withdraw: reason });
  const at = new Date(tools.clock.now());
  await record(unit, held, item, { kind: 'withdrawn', id: 'withdrawn', at, by: 'applicant' }, who, tools);
}
