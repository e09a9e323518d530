import type { Unit } from '../../store/index.ts';
import { COMMITMENT_VERSIONS, commitmentOf } from '../commitment.ts';
import { sealNumber } from '../contents.ts';
import { FINAL, standingOf } from '../life/index.ts';
import { problem, Refused } from '../problem.ts';
import { factsOf, type HeldCase } from '../record.ts';
import { caseMaterials } from '../tables.ts';
import { type CasesTools, QUEUES, type Who } from '../tools.ts';
import { holdNumber } from './editing.ts';

export interface AttachInput {
  readonly number: string;
  readonly material: string;
  /** Id of a file that was sent in. */
  readonly file?: string | undefined;
  readonly certificateNumber?: string | undefined;
  /** Version of the commitment text that was signed. */
  readonly commitment?: string | undefined;
}

/** Adds a material to a case: before it is handed in, for a correction, or because it was promised to follow. */
export async function attachMaterial(unit: Unit, input: AttachInput, who: Who, tools: CasesTools): Promise<HeldCase> {
  const held = await holdNumber(unit, input.number);
  const { row, items } = held;
  if (items.every(({ phase }) => FINAL.has(phase))) throw new Refused(problem('CLOSED', 'number'));
  const wanting = await itemsWanting(unit, input.material, items, tools);
  if (wanting.length === 0) throw new Refused(problem('UNKNOWN_MATERIAL', 'material'));
  const now = new Date(tools.clock.now());
  if (input.file !== undefined) await mustBeTheirs(unit, input.file, row.id, who, tools);
  const added = { caseId: row.id, material: input.material, addedBy: who.actor, addedAt: now, ...sourceOf(input, held, who, tools, now) };
  await unit.db
    .insert(caseMaterials)
    .values(added)
    .onConflictDoUpdate({ target: [caseMaterials.caseId, caseMaterials.material], set: { ...added, followsBy: null } });
  unit.audit.write({
    action: 'case.material-attached',
    ...who,
    outcome: 'done',
    case: row.number,
    subject: row.subject,
    detail: { material: input.material, source: added.source, ...(added.file && { file: added.file }) },
  });
  // What was promised and has come goes on to those who wait for it.
  if (row.submittedAt && added.source === 'ATTACHED')
    for (const { id, phase, desk } of wanting)
      if (!FINAL.has(phase) && phase !== 'CORRECTION' && phase !== 'WAITING')
        await unit.jobs.send(QUEUES.supplement, { caseId: row.id, itemId: id, desk, materials: [input.material] });
  return held;
}

/** A file becomes part of the case, unless it is another's: then it is as if it were not there. */
async function mustBeTheirs(unit: Unit, file: string, caseId: string, who: Who, { files }: CasesTools): Promise<void> {
  if (!(await files.claim(unit, file, caseId, who))) throw new Refused(problem('UNKNOWN_FILE', 'file'));
}

/** Items that ask for a material: by the catalogue, or in a correction that is open. */
async function itemsWanting(unit: Unit, material: string, items: HeldCase['items'], { catalogue }: CasesTools): Promise<HeldCase['items']> {
  const wanting: HeldCase['items'] = [];
  if (!catalogue.material(material)) return wanting;
  for (const item of items) {
    const isListed = catalogue.item(item.item)?.materials.some(({ materialId }) => materialId === material);
    if (isListed || (item.phase === 'CORRECTION' && (await isAskedFor(unit, material, item.id)))) wanting.push(item);
  }
  return wanting;
}

const isAskedFor = async (unit: Unit, material: string, itemId: string): Promise<boolean> =>
  standingOf(await factsOf(unit, itemId)).correction.some((point) => point.material === material);

function sourceOf(input: AttachInput, held: HeldCase, who: Who, tools: CasesTools, now: Date) {
  const nothing = { file: null, number: null, commitment: null } as const;
  if (input.file !== undefined) return { ...nothing, source: 'ATTACHED' as const, file: input.file };
  if (input.certificateNumber !== undefined)
    return {
      ...nothing,
      source: 'ATTACHED' as const,
      number: sealNumber(tools.vault, { caseId: held.row.id, ...input }, input.certificateNumber),
    };
  const commitment = commitmentOf(input.commitment ?? '', who.actor, now);
  if (!commitment || !COMMITMENT_VERSIONS.includes(input.commitment ?? '')) throw new Refused(problem('UNKNOWN_FILE', 'file'));
  if (!isTolerable(input.material, held, tools)) throw new Refused(problem('NOT_TOLERABLE', 'commitment'));
  return { ...nothing, source: 'COMMITTED' as const, commitment };
}

/** A material may follow only if every item that insists on it allows that. */
function isTolerable(material: string, { items }: HeldCase, { catalogue }: CasesTools): boolean {
  const insisting = items
    .flatMap(({ item }) => catalogue.item(item)?.materials ?? [])
    .filter(({ materialId, required }) => materialId === material && required);
  return insisting.length > 0 && insisting.every(({ tolerable }) => tolerable);
}
