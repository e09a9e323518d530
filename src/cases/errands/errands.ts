import { randomUUID } from 'node:crypto';
import { civilDateOf } from '../../calendar/index.ts';
import type { Unit } from '../../store/index.ts';
import { openContents } from '../contents.ts';
import { type Fact, FINAL } from '../life/index.ts';
import type { HeldCase, ItemRow } from '../record.ts';
import { ASK_AFTER_MS, type CasesTools, GATEWAY, QUEUES } from '../tools.ts';
import { type CarrierKind, type ErrandKind, type ErrandRow, type ErrandState, errands } from './tables.ts';
import { textOf } from './texts.ts';

/** Results are handed over within so many working days after the decision (行政许可法 art. 44). */
const HAND_OVER_DAYS = 10;

/** What lies sealed in an errand. */
export interface Sealed {
  readonly to: string;
  /** What a text says, or what is in a parcel. */
  readonly text: string;
  readonly nameZh: string;
  readonly address: string | null;
}

export const sealName = (id: string): string => `errand.${id}`;

/** What a carrier words freely may name who signed: it lies sealed. */
export const sealedNote = ({ vault }: Pick<CasesTools, 'vault'>, id: string, note: string): Buffer => vault.seal(`errand note.${id}`, note);

export const openedNote = ({ vault }: Pick<CasesTools, 'vault'>, { id, note }: Pick<ErrandRow, 'id' | 'note'>): string | null =>
  note === null ? null : (vault.open(`errand note.${id}`, note)?.toString('utf8') ?? null);

/** Tells the applicant of a fact, in the transaction that keeps it. */
export async function tellApplicant(unit: Unit, held: HeldCase, item: ItemRow, fact: Fact, tools: CasesTools): Promise<void> {
  const told = textOf(fact, { number: held.row.number, item: tools.catalogue.item(item.item)?.nameZh ?? item.item });
  if (told) await sendText(unit, held, { ...told, item: item.item }, tools);
}

export interface Text {
  readonly kind: ErrandKind;
  readonly text: string;
  readonly item: string | null;
}

/** Sends a text to the applicant, once the transaction commits. Without a message gateway nobody is told. */
export async function sendText(unit: Unit, held: HeldCase, { kind, text, item }: Text, tools: CasesTools): Promise<void> {
  if (!tools.engine.carriers.messenger) return;
  const { applicant } = openContents(tools.vault, held.row.id, held.row.sealed);
  const sealed = { to: applicant.phone ?? '', text, nameZh: '', address: null };
  await begin(unit, held, { kind, item, carrier: 'messenger', state: applicant.phone ? 'QUEUED' : 'NO_ADDRESS', sealed, due: null }, tools);
}

/** Once everything is decided and something was granted, the results are handed over: by courier, or at the hall. `before`: what it takes the place of. */
export async function handOver(
  unit: Unit,
  held: HeldCase,
  tools: CasesTools,
  before?: Pick<ErrandRow, 'due' | 'overdueAt'>,
): Promise<void> {
  const granted = held.items.filter(({ phase }) => phase === 'GRANTED');
  if (granted.length === 0 || !held.items.every(({ phase }) => FINAL.has(phase))) return;
  const { applicant, delivery } = openContents(tools.vault, held.row.id, held.row.sealed);
  const isSent = delivery.method === 'COURIER' && tools.engine.carriers.courier !== undefined;
  const names = granted.map(({ item }) => tools.catalogue.item(item)?.result?.nameZh ?? '办理结果');
  await begin(
    unit,
    held,
    {
      kind: 'delivery',
      item: null,
      carrier: isSent ? 'courier' : 'pickup',
      state: isSent ? 'QUEUED' : 'WAITING',
      sealed: { to: applicant.phone ?? '', text: names.join('、'), nameZh: applicant.nameZh, address: delivery.address },
      due: before?.due ?? tools.calendar.addWorkingDays(civilDateOf(tools.clock.now()), HAND_OVER_DAYS),
      // Whoever waited too long goes on waiting: a new parcel is not in time, and nobody is told again.
      overdueAt: before?.overdueAt ?? null,
    },
    tools,
  );
}

interface Begun {
  readonly kind: ErrandKind;
  readonly item: string | null;
  readonly carrier: CarrierKind;
  readonly state: ErrandState;
  readonly sealed: Sealed;
  readonly due: string | null;
  readonly overdueAt?: Date | null;
}

async function begin(unit: Unit, { row }: HeldCase, { sealed, ...begun }: Begun, tools: CasesTools): Promise<void> {
  const id = randomUUID();
  const at = new Date(tools.clock.now());
  const isQueued = begun.state === 'QUEUED';
  const kept = await unit.db
    .insert(errands)
    .values({
      ...begun,
      id,
      caseId: row.id,
      sealed: tools.vault.seal(sealName(id), JSON.stringify(sealed)),
      askAt: isQueued ? new Date(at.getTime() + ASK_AFTER_MS) : null,
      at,
    })
    .onConflictDoNothing()
    .returning({ id: errands.id });
  if (kept.length === 0) return;
  const { carrier, kind } = begun;
  unit.audit.write({
    action: 'errand.begun',
    ...GATEWAY,
    outcome: 'done',
    case: row.number,
    subject: row.subject,
    detail: { errand: id, carrier, kind },
  });
  if (isQueued) await unit.jobs.send(QUEUES.carry, { errandId: id });
}
