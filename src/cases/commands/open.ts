import { randomUUID } from 'node:crypto';
import { civilDateOf } from '../../calendar/index.ts';
import type { Unit } from '../../store/index.ts';
import { type CaseApplicant, type Contents, sealContents, subjectOf } from '../contents.ts';
import { problem, Refused } from '../problem.ts';
import { type Channel, caseItems, cases } from '../tables.ts';
import { BUREAU, type CasesTools, type Who } from '../tools.ts';
import { nextNumber } from './number.ts';
import { type PlannedItem, plannedByItems, plannedByTheme } from './plan.ts';

export interface OpenInput {
  /** A theme with its answers, or single items by code or slug. */
  readonly theme?: string | undefined;
  readonly answers?: Readonly<Record<string, string | boolean>> | undefined;
  readonly items?: readonly string[] | undefined;
  readonly applicant: CaseApplicant;
  readonly channel: Channel;
  /** How the results are handed over; fetched at the hall when left out. */
  readonly delivery?: Contents['delivery'] | undefined;
}

export interface Opened {
  readonly id: string;
  readonly number: string;
}

const FETCHED = { method: 'PICKUP', address: null } as const;

/** Opens a case: its items, who decides each of them, and what waits for what. Nothing is sent yet. */
export async function openCase(unit: Unit, input: OpenInput, who: Who, tools: CasesTools): Promise<Opened> {
  const { applicant } = input;
  if (!applicant.uscc && !applicant.idNumber) throw new Refused(problem('MISSING_APPLICANT', 'applicant'));
  if (input.delivery?.method === 'COURIER' && !(input.delivery.address && applicant.phone))
    throw new Refused(problem('MISSING_ADDRESS', 'delivery/address'));
  const planned = plannedOf(input, tools);
  const now = new Date(tools.clock.now());
  const id = randomUUID();
  const number = await nextNumber(unit, planned[0]?.item.code ?? '', civilDateOf(now));
  const subject = subjectOf(tools.vault, applicant);
  await unit.db.insert(cases).values({
    id,
    number,
    theme: input.theme ?? null,
    channel: input.channel,
    subject,
    openedBy: who.actor,
    window: who.window ?? null,
    block: planned[0]?.item.sector ?? '',
    sealed: sealContents(tools.vault, id, { applicant, answers: { ...input.answers }, form: {}, delivery: input.delivery ?? FETCHED }),
    status: 'DRAFT',
    openedAt: now,
    changedAt: now,
  });
  await unit.db.insert(caseItems).values(planned.map((each, place) => itemRow(id, each, place, tools)));
  unit.audit.write({ action: 'case.opened', ...who, outcome: 'done', case: number, subject, detail: { items: planned.length } });
  return { id, number };
}

function plannedOf(input: OpenInput, { catalogue }: CasesTools): readonly PlannedItem[] {
  if (input.theme === undefined) {
    if (!input.items?.length) throw new Refused(problem('NOTHING_TO_DO', 'items'));
    return plannedByItems(input.items, catalogue);
  }
  const theme = catalogue.theme(input.theme);
  if (!theme) throw new Refused(problem('UNKNOWN_THEME', 'theme'));
  return plannedByTheme(theme, input.answers ?? {}, catalogue);
}

/** An item whose connector has no desk goes to the bureau's, never nowhere. */
function itemRow(caseId: string, { item, waitsFor }: PlannedItem, place: number, { engine: { desks } }: CasesTools) {
  const counter = desks.of(item);
  return {
    id: randomUUID(),
    caseId,
    place,
    item: item.code,
    waitsFor: [...waitsFor],
    desk: counter?.connector ?? BUREAU,
    agency: counter?.agency ?? item.agency,
    phase: 'DRAFT' as const,
  };
}
