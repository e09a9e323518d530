import { createHash } from 'node:crypto';
import { asc, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { canonical, type Store } from '../store/index.ts';
import { type Proof, ProvenRows, type PublicKey, publicKey, wrongRows } from '../trust/index.ts';
import type { Fact } from './life/index.ts';
import { caseEvents, caseFacts, caseItems, cases } from './tables.ts';

const TYPE = 'yimen-case-evidence';

/** What a file of evidence says about itself, to whoever gets it without this program's documents. */
const SAYS = {
  provesZh: [
    '所列审计记录在所附检查点签发之前已写入本大厅的审计链，此后未被修改。',
    '所列事实与写入时的审计记录逐条一致（摘要相符）。',
    '本文件由持有大厅审计密钥的一方签发，签发后未被修改。',
  ],
  doesNotProveZh: [
    '不证明列出了该办件的全部记录；完整性须由大厅数据库执行 yimen audit verify 核验。',
    '不证明记录内容在写入时属实，也不证明写入的准确时刻；时刻以大厅时钟为准。',
    '不证明公钥属于哪个大厅；请与大厅另行公布的公钥指纹核对。',
    '不含申请人身份、表单和材料内容。',
  ],
  proves: [
    'The rows of proof stood in the chain of this hall when the checkpoints with them were signed, and have not been changed since.',
    'Every fact is the one whose digest its row of proof holds.',
    'The file was signed by whoever holds the audit key of the hall, and has not been changed since.',
  ],
  doesNotProve: [
    'That these are all rows of the case: that takes "yimen audit verify" on the database of the hall.',
    'That what was written was true, or at which moment it was written: times are those of the clock of the hall.',
    'Whose key it is: compare its thumbprint with the one that the hall makes known elsewhere.',
    'Anything about the identity of the applicant, the form or the materials: they are not in it.',
  ],
} as const;

const EvidenceShape = z.strictObject({
  type: z.literal(TYPE),
  says: z.unknown(),
  exportedAt: z.iso.datetime(),
  case: z.looseObject({ number: z.string() }),
  items: z.array(z.looseObject({ item: z.string() })),
  facts: z.array(z.looseObject({ item: z.string(), id: z.string() })),
  events: z.array(z.unknown()),
  proof: ProvenRows,
  signature: z.string(),
});
type EvidenceShape = z.infer<typeof EvidenceShape>;

/** All that is known of a case but what is personal, and what proves it without this hall. */
export type CaseEvidence = Readonly<Omit<EvidenceShape, 'signature'>>;

/** What a file of evidence came to. */
export interface EvidenceReport {
  readonly case: string;
  readonly rows: number;
  readonly facts: number;
  readonly events: number;
  /** Of the key that signed; `isGiven` where it is the one that the verifier was given. */
  readonly thumbprint: string;
  readonly isGiven: boolean;
  /** What is wrong, in one sentence. */
  readonly finding?: string | undefined;
}

/** Digest of a fact as its row of proof holds it. */
export const factDigest = (item: string, fact: Fact): string =>
  createHash('sha256')
    .update(canonical(JSON.parse(JSON.stringify({ ...fact, item }))))
    .digest('base64url');

/** Gathers the evidence of a case as signed JSON; undefined when there is none of this number. */
export async function caseEvidence(
  number: string,
  { store, proof, now }: { readonly store: Pick<Store, 'db' | 'transaction'>; readonly proof: Proof; readonly now: () => Date },
): Promise<string | undefined> {
  const { db } = store;
  const [row] = await db.select().from(cases).where(eq(cases.number, number));
  if (!row) return undefined;
  await store.transaction(async ({ audit }) =>
    audit.write({ action: 'evidence.exported', actor: 'operator', role: 'operator', outcome: 'done', case: number, subject: row.subject }),
  );
  const { id, sealed: _, subject: __, ...shown } = row;
  const items = await db.select().from(caseItems).where(eq(caseItems.caseId, id)).orderBy(asc(caseItems.place));
  const events = await db.select().from(caseEvents).where(eq(caseEvents.caseId, id)).orderBy(asc(caseEvents.xact), asc(caseEvents.id));
  const evidence = {
    type: TYPE,
    says: SAYS,
    exportedAt: now().toISOString(),
    case: shown,
    items: items.map(({ caseId: _, ...item }) => item),
    facts: await factsOf({ db }, new Map(items.map((item) => [item.id, item.item]))),
    events: events.map(({ caseId: _, ...event }) => event),
    // After the facts: whatever is among them has its row.
    proof: await proof.ofCase(number),
  };
  return `${JSON.stringify({ ...evidence, signature: proof.sign(signedText(evidence)) }, null, 2)}\n`;
}

async function factsOf({ db }: Pick<Store, 'db'>, items: ReadonlyMap<string, string>) {
  if (items.size === 0) return [];
  const rows = await db
    .select()
    .from(caseFacts)
    .where(inArray(caseFacts.itemId, [...items.keys()]))
    .orderBy(asc(caseFacts.keptAt), asc(caseFacts.id));
  return rows.map(({ itemId, id, at, by, detail }) => ({ ...detail, id, at, by, item: items.get(itemId) ?? '' }));
}

/** The text that is signed, the same before and after it was a file. */
const signedText = (evidence: object): string => canonical(JSON.parse(JSON.stringify(evidence)));

/** Verifies a file of evidence without any database. Throws when it is none. `key`: the hall's, known from elsewhere. */
export function verifyEvidence(text: string, key?: PublicKey): EvidenceReport {
  const { signature, ...evidence } = readEvidence(text);
  const own = publicKey(evidence.proof.key, 'the key in the file');
  const signer = key ?? own;
  return {
    case: evidence.case.number,
    rows: evidence.proof.rows.length,
    facts: evidence.facts.length,
    events: evidence.events.length,
    thumbprint: signer.thumbprint,
    isGiven: key !== undefined,
    finding: wrongEvidence(evidence, signature, signer),
  };
}

function readEvidence(text: string): EvidenceShape {
  try {
    return EvidenceShape.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error('this is no evidence that "yimen case export" wrote, or it was changed beyond reading', { cause });
  }
}

/** The rows first: what is wrong is named as closely as it can be, and the signature over all catches the rest. */
const wrongEvidence = (evidence: CaseEvidence, signature: string, signer: PublicKey): string | undefined =>
  wrongRows(evidence.proof, signer) ??
  foreignRow(evidence) ??
  wrongFacts(evidence) ??
  (signer.verify(signedText(evidence), signature) ? undefined : 'the file was changed after it was signed, or another key signed it');

function foreignRow({ case: { number }, proof: { rows } }: CaseEvidence): string | undefined {
  const foreign = rows.find(({ entry }) => entry['case'] !== number);
  return foreign && `the row ${foreign.writer}/${foreign.number} belongs to another case`;
}

/** Every fact needs its row, and every row its fact. */
function wrongFacts({ facts, proof: { rows } }: CaseEvidence): string | undefined {
  const proven = new Map(
    rows.flatMap(({ entry }) => (isOfFact(entry['detail']) ? [[nameOf(entry['detail']), entry['detail'].digest]] : [])),
  );
  for (const fact of facts) {
    const digest = proven.get(nameOf({ item: fact.item, fact: fact.id }));
    if (digest === undefined) return `the fact ${fact.id} of ${fact.item} has no row of proof`;
    if (digest !== factDigest(fact.item, fact as unknown as Fact)) return `the fact ${fact.id} of ${fact.item} was changed`;
    proven.delete(nameOf({ item: fact.item, fact: fact.id }));
  }
  const [missing] = proven.keys();
  return missing && `a fact is missing: ${missing}`;
}

interface OfFact {
  readonly item: string;
  readonly fact: string;
  readonly digest: string;
}

const isOfFact = (detail: unknown): detail is OfFact =>
  typeof detail === 'object' && detail !== null && 'fact' in detail && 'digest' in detail;
const nameOf = ({ item, fact }: Pick<OfFact, 'item' | 'fact'>): string => `${item} ${fact}`;
