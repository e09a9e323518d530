/** The one-time notice 一次性告知: every material of every planned item once, and how it gets to the hall. */
import type { Calendar, CivilDate } from '../calendar/index.ts';
import type { Catalogue, Material } from '../catalogue/index.ts';
import { type Finding, librarySections, lookFor } from './certificates.ts';
import type { Credit } from './credit.ts';
import { type Asking, type Making, makingOf } from './making.ts';
import { FLAGGED, findingNote, MAY_BE_MADE, NEEDED_BEFORE_MADE, SUBJECT_TO_CREDIT, TAKEN_EARLIER, together } from './notes.ts';
import type { Outline } from './outline.ts';
import type { Schedule } from './schedule.ts';
import type { Applicant, Known, NoticeKind, NoticeLine, Sentence } from './types.ts';

/** What a notice is made of. */
export interface NoticeTask {
  readonly outline: Outline;
  readonly schedule: Schedule;
  readonly applicant: Applicant;
  readonly known: Known;
  readonly credit: Credit;
  readonly questions: Parameters<typeof makingOf>[3];
  readonly catalogue: Catalogue;
  readonly calendar: Calendar;
}

/** A line, with what the library said of it. */
export interface FoundLine {
  readonly line: NoticeLine;
  readonly finding: Finding | undefined;
}

/** The lines in the order in which the plan first asks for their materials. */
export function noticeOf(task: NoticeTask): readonly FoundLine[] {
  return materialsAsked(task.outline, task.catalogue).map(([material, asking]) => lineOf(material, asking, task));
}

/** Every material that planned items ask for, with all who ask. */
export function materialsAsked(outline: Outline, catalogue: Catalogue): readonly (readonly [Material, readonly Asking[]])[] {
  const byId = new Map<string, Asking[]>();
  for (const step of outline.planned)
    for (const requirement of step.item.materials)
      byId.set(requirement.materialId, [...(byId.get(requirement.materialId) ?? []), { step, requirement }]);
  return [...byId].map(([id, asking]) => [materialOf(id, catalogue), asking]);
}

/** Whether the hall looks for a material in the library: it may hold it, and nothing in the plan makes it. */
export const isLookedFor = (material: Material, { uncovered }: Making): boolean =>
  uncovered.length > 0 && !material.fromForm && librarySections(material).length > 0;

function lineOf(material: Material, asking: readonly Asking[], task: NoticeTask): FoundLine {
  const { outline, schedule, applicant, known, questions } = task;
  const making = makingOf(material.id, asking, outline, questions);
  const neededOn = lastOf(making.uncovered.map(({ step }) => beginsOn(step.item.code, schedule)));
  const finding = isLookedFor(material, making) ? lookFor(material, neededOn, applicant, known) : undefined;
  const kind = kindOf(material, making, finding, task.credit);
  const line: NoticeLine = {
    material,
    kind,
    required: asking.some(({ requirement }) => requirement.required),
    neededBy: asking.map(({ step }) => step.item.code),
    madeBy: making.makers[0]?.item.code ?? null,
    fetched: finding ? fetchedOf(finding) : null,
    follows: kind === 'MAY_FOLLOW' ? followsOf(making.uncovered, task) : null,
    note: together([
      makingNote(making),
      finding && material.holder ? findingNote(finding, material.holder, neededOn) : null,
      creditNote(kind, making, task.credit),
    ]),
  };
  return { line, finding };
}

function kindOf(material: Material, { uncovered }: Making, finding: Finding | undefined, credit: Credit): NoticeKind {
  if (uncovered.length === 0) return 'MADE';
  if (material.fromForm) return 'FROM_FORM';
  if (finding?.kind === 'valid' || finding?.kind === 'unreachable') return 'FETCHED';
  return isTolerable(uncovered) && credit !== 'FLAGGED' ? 'MAY_FOLLOW' : 'TO_BRING';
}

/** Everyone who insists on it lets it follow, and somebody insists. */
function isTolerable(asking: readonly Asking[]): boolean {
  const insisting = asking.filter(({ requirement }) => requirement.required);
  return insisting.length > 0 && insisting.every(({ requirement }) => requirement.tolerable);
}

function fetchedOf(finding: Finding): NoticeLine['fetched'] {
  if (finding.kind === 'unreachable') return { agency: finding.agency, valid: null, validTo: null, provenance: null };
  if (finding.kind !== 'valid' && finding.kind !== 'invalid') return null;
  const { validTo, provenance } = finding;
  return { agency: provenance.agency, valid: finding.kind === 'valid', validTo, provenance };
}

/** The strictest of the items' terms, from the first of them to begin, so that no item's own term is overrun. */
function followsOf(asking: readonly Asking[], { schedule, calendar }: NoticeTask): NoticeLine['follows'] {
  const insisting = asking.filter(({ requirement }) => requirement.required);
  const workingDays = Math.min(...insisting.map(({ requirement }) => requirement.tolerableWorkingDays ?? 0));
  const first = firstOf(insisting.map(({ step }) => beginsOn(step.item.code, schedule)));
  return { workingDays, by: calendar.addWorkingDays(first, workingDays) };
}

function makingNote({ makers, uncovered, takenEarlier }: Making): Sentence | null {
  if (takenEarlier) return TAKEN_EARLIER;
  if (makers.length === 0 || uncovered.length === 0) return null;
  return makers.some(({ status }) => status === 'NEEDED') ? NEEDED_BEFORE_MADE : MAY_BE_MADE;
}

function creditNote(kind: NoticeKind, { uncovered }: Making, credit: Credit): Sentence | null {
  if (kind === 'MAY_FOLLOW') return credit === 'UNCHECKED' ? SUBJECT_TO_CREDIT : null;
  return kind === 'TO_BRING' && credit === 'FLAGGED' && isTolerable(uncovered) ? FLAGGED : null;
}

/** A paper is looked at when its item begins: in a merged stage that is later than the day of filing. */
function beginsOn(code: string, schedule: Schedule): CivilDate {
  const day = schedule.of(code)?.startsOn;
  if (day === undefined) throw new Error(`the step ${code} is planned but has no day on which it begins`);
  return day;
}

const lastOf = (days: readonly CivilDate[]): CivilDate => days.toSorted().at(-1) ?? '';
const firstOf = (days: readonly CivilDate[]): CivilDate => days.toSorted()[0] ?? '';

function materialOf(id: string, catalogue: Catalogue): Material {
  const material = catalogue.material(id);
  if (!material) throw new Error(`an item asks for the material ${id}, which the catalogue does not hold`);
  return material;
}
