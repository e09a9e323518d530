import { and, eq, isNull } from 'drizzle-orm';
import type { CorrectionPoint, DeskResult, Tidings } from '../connect/index.ts';
import { FileRefused, type StoredFile } from '../files/index.ts';
import type { Unit } from '../store/index.ts';
import type { Fact, ItemResult } from './life/index.ts';
import { type HeldCase, hold, type ItemRow, itemNamed, type Recorded, record } from './record.ts';
import { callbacks, caseItems, quarantine } from './tables.ts';
import { ASK_AFTER_MS, type CasesTools, type Who } from './tools.ts';

/** What became of tidings: kept, known before, of no effect, or set aside because nobody knows the application. */
export type Told = Recorded['outcome'] | 'quarantined' | 'foreign';

/** Who tells: a connector, and which of its agencies. */
export interface Teller {
  readonly connector: string;
  readonly agency: string;
}

/**
 * Keeps what an agency told, once: the replay table and the fact stand or fall together. Tidings of applications that are
 * not known are set aside, sealed: our own sending may not have been written down yet.
 */
export function tellTidings({ connector, agency }: Teller, tidings: Tidings, tools: CasesTools): Promise<Told> {
  return tools.store.transaction(async (unit) => {
    tools.at?.('P8');
    const named = await itemNamed(unit, connector, tidings);
    if (!named) return setAside(unit, connector, tidings, tools);
    // B79: an agency that answers for another one's application is not heard.
    if (named.desk !== connector || named.agency !== agency) return foreign(unit, connector, named);
    const held = await hold(unit, named.caseId);
    const item = held?.items.find(({ id }) => id === named.id);
    if (!held || !item) return 'quarantined';
    const told = await keepTidings(unit, held, item, tidings, connector, tools);
    tools.at?.('P9');
    return told;
  });
}

/** Keeps one piece of tidings of an item that is held. */
export async function keepTidings(
  unit: Unit,
  held: HeldCase,
  item: ItemRow,
  tidings: Tidings,
  connector: string,
  tools: CasesTools,
): Promise<Recorded['outcome']> {
  const at = new Date(tools.clock.now());
  const first = await unit.db
    .insert(callbacks)
    .values({ connector, id: tidings.id, itemId: item.id, at })
    .onConflictDoNothing()
    .returning({ id: callbacks.id });
  if (first.length === 0) return 'known';
  await heardOf(unit, item, tidings, at);
  const agency: Who = { actor: connector, role: 'agency' };
  const fact = await factOf(tidings, tools, (document) => documentKept(unit, held, document, agency, tools));
  const { outcome } = await record(unit, held, item, fact, agency, tools);
  return outcome;
}

/**
 * Whoever tells something has the application, even where our own receipt was lost: from now on it is asked when it falls
 * silent, under the number it gave.
 */
async function heardOf({ db }: Unit, item: ItemRow, { reference }: Tidings, now: Date): Promise<void> {
  if (item.askAt !== null && item.reference !== null) return;
  const heard = { askAt: item.askAt ?? new Date(now.getTime() + ASK_AFTER_MS), reference: item.reference ?? reference };
  await db.update(caseItems).set(heard).where(eq(caseItems.id, item.id));
  Object.assign(item, heard);
}

type Keep = (document: DeskResult['document']) => Promise<StoredFile | null>;

async function factOf({ key: _key, reference: _reference, ...tidings }: Tidings, { catalogue }: CasesTools, keep: Keep): Promise<Fact> {
  const id = `desk.${tidings.id}`;
  if (tidings.kind === 'correction')
    return { ...tidings, id, by: 'desk', points: tidings.points.map((point) => knownPoint(point, catalogue)) };
  if (tidings.kind !== 'granted') return { ...tidings, id, by: 'desk' };
  const { result } = tidings;
  const kept: ItemResult | null = result && { ...result, document: await keep(result.document) };
  return { ...tidings, id, by: 'desk', result: kept };
}

/** A decision holds although its document cannot be kept: the agency is told nothing, the hall is. */
async function documentKept(
  unit: Unit,
  { row }: HeldCase,
  document: DeskResult['document'],
  who: Who,
  { files, log }: CasesTools,
): Promise<StoredFile | null> {
  if (!document) return null;
  try {
    return await files.deposit(unit, document, row.id, who);
  } catch (cause) {
    if (!(cause instanceof FileRefused) || cause.status >= 500) throw cause;
    log.warn({ connector: who.actor, code: cause.code }, 'a document that an agency sent is not kept');
    const { number, subject } = row;
    unit.audit.write({ action: 'case.document-refused', ...who, outcome: 'refused', case: number, subject, detail: { code: cause.code } });
    return null;
  }
}

/** A material of the agency's own that the catalogue does not know could never be handed in under its name: it stands as a sentence. */
function knownPoint({ material, field, what }: CorrectionPoint, catalogue: CasesTools['catalogue']): CorrectionPoint {
  return { material: material !== null && catalogue.material(material) ? material : null, field, what };
}

async function setAside(unit: Unit, connector: string, tidings: Tidings, { vault, clock }: CasesTools): Promise<Told> {
  const sealed = vault.seal(sealName(connector, tidings.id), JSON.stringify(tidings, inBase64));
  const named = tidings.reference === null ? null : vault.name(`reference.${connector}`, tidings.reference);
  const row = { connector, id: tidings.id, named, sealed, at: new Date(clock.now()) };
  await unit.db.insert(quarantine).values(row).onConflictDoNothing();
  unit.audit.write({ action: 'callback.quarantined', actor: connector, role: 'agency', outcome: 'refused' });
  return 'quarantined';
}

const sealName = (connector: string, id: string): string => `quarantine.${connector}.${id}`;

/** Takes in what was set aside for an application whose reference is known only now. */
export async function adopt(unit: Unit, held: HeldCase, item: ItemRow, tools: CasesTools): Promise<void> {
  if (item.reference === null) return;
  const { vault } = tools;
  const sameName = eq(quarantine.named, vault.name(`reference.${item.desk}`, item.reference));
  const waiting = and(eq(quarantine.connector, item.desk), sameName, isNull(quarantine.adoptedAt));
  const rows = await unit.db
    .update(quarantine)
    .set({ adoptedAt: new Date(tools.clock.now()) })
    .where(waiting)
    .returning();
  for (const { connector, id, sealed } of rows) {
    const opened = vault.open(sealName(connector, id), sealed);
    if (opened) await keepTidings(unit, held, item, revived(opened), connector, tools);
  }
}

/** A Buffer has become `{type, data}` by the time a replacer sees it; the numbers of a document would be four times as long. */
const inBase64 = (name: string, value: unknown): unknown =>
  name === 'bytes' ? Buffer.from((value as { data: number[] }).data).toString('base64') : value;

/** Dates and bytes are texts in JSON. */
function revived(opened: Buffer): Tidings {
  const asBytes = (name: string, value: unknown) => (name === 'bytes' ? Buffer.from(String(value), 'base64') : value);
  const tidings = JSON.parse(opened.toString('utf8'), asBytes) as Tidings;
  return { ...tidings, at: new Date(tidings.at) };
}

function foreign(unit: Unit, connector: string, { item }: ItemRow): Told {
  unit.audit.write({ action: 'callback.foreign', actor: connector, role: 'agency', outcome: 'refused', detail: { item } });
  return 'foreign';
}
