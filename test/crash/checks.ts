/** What must hold after all the deaths, read from the database and from the agencies' own books. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { OfficeFile } from '../../src/kit/index.ts';
import { type AuditEntry, auditDigest } from '../../src/store/index.ts';
import { CANARIES, type Ledger } from './clients.ts';
import { AGENCIES } from './connectors/agencies.ts';
import type { Asked } from './database.ts';

/** What is wrong, a sentence each, with the invariant that it breaks. */
export type Violations = readonly string[];

export type Books = ReadonlyMap<string, readonly OfficeFile[]>;

const FINAL = ['GRANTED', 'REFUSED', 'NOT_ACCEPTED', 'WITHDRAWN', 'DROPPED', 'REVOKED'];
const STUCK = ['UNKNOWN', 'DISPUTED'];
/** Not text alone: what is sealed must not be readable as bytes either. */
const WANTED = Object.values(CANARIES).flatMap((text) => [text, Buffer.from(text).toString('hex'), Buffer.from(text).toString('base64')]);

export async function violations(asked: Asked, ledger: Ledger, books: Books, folder: string): Promise<Violations> {
  const checks = [acknowledged, handedInOnce, proven, numbered, sealed, ended, oneCase, silent];
  const found: string[] = [];
  for (const check of checks) found.push(...(await check(asked, ledger, books, folder)));
  return found;
}

/** I1: every acknowledged case exists, handed in, with its facts. */
async function acknowledged(asked: Asked, { numbers, acknowledged: keys }: Ledger): Promise<Violations> {
  const rows = await asked(`select c.number from yimen.cases c where c.submitted_at is not null and not exists (
    select 1 from yimen.case_items i where i.case_id = c.id and not exists (
      select 1 from yimen.case_facts f where f.item_id = i.id and f.kind = 'submitted'))`);
  const there = new Set(rows.map(({ number }) => number));
  return [...keys].flatMap((key) => [...(numbers.get(key) ?? [])]).flatMap((number) => (there.has(number) ? [] : [`I1 ${number} is lost`]));
}

/** I2: what an agency has, it has once; and whatever the hall believes to have handed in is there. */
async function handedInOnce(asked: Asked, _ledger: Ledger, books: Books): Promise<Violations> {
  const items = await asked(
    `select c.number, i.desk, i.phase, i.reference, i.id from yimen.case_items i join yimen.cases c on c.id = i.case_id`,
  );
  const byCase = new Map(items.map((item) => [`${item['desk']} ${item['number']}`, item]));
  const files = [...books].flatMap(([agency, all]) => all.map((file) => ({ ...file, name: `${agency} ${file.nameZh}` })));
  const doubled = [...countedBy(files, ({ name }) => name)].flatMap(([name, times]) => (times > 1 ? [`I2 ${name} is doubled`] : []));
  const orphans = files.flatMap(({ name, key }) => (byCase.get(name)?.['id'] === key ? [] : [`I2 ${name} is nobody's`]));
  const known = new Map(files.map((file) => [file.name, file]));
  const handed = items.filter(({ phase }) => !['DRAFT', 'WAITING', 'QUEUED', 'UNKNOWN', 'DROPPED'].includes(String(phase)));
  const missing = handed.flatMap(({ desk, number, reference }) =>
    known.get(`${desk} ${number}`)?.reference === reference ? [] : [`I2 ${desk} ${number} is believed to be there as ${reference}`],
  );
  return [...doubled, ...orphans, ...missing];
}

/** I3: each fact has its one row of proof, and each row its fact. */
async function proven(asked: Asked): Promise<Violations> {
  const facts = await asked(`select c.number || ' ' || i.item || ' ' || f.kind as name from yimen.case_facts f
    join yimen.case_items i on i.id = f.item_id join yimen.cases c on c.id = i.case_id`);
  const kinds = [...new Set((await asked('select distinct kind from yimen.case_facts')).map(({ kind }) => `case.${kind}`))];
  const rows =
    await asked(`select (entry->>'case') || ' ' || (entry->'detail'->>'item') || ' ' || substr(action, 6) as name from yimen.audit
    where action in (${kinds.map((kind) => `'${kind}'`).join(', ') || "''"})`);
  const [happened, written] = [facts, rows].map((each) => countedBy(each, ({ name }) => String(name)));
  const names = new Set([...(happened?.keys() ?? []), ...(written?.keys() ?? [])]);
  return [...names].flatMap((name) => {
    const [was, says] = [happened?.get(name) ?? 0, written?.get(name) ?? 0];
    return was === says ? [] : [`I3 ${name}: ${was} facts, ${says} rows of proof`];
  });
}

/** I3: the numbers of each writer have no gap. */
async function numbered(asked: Asked): Promise<Violations> {
  const rows = await asked(`select w.writer, w.last::int as last, count(a.number)::int as rows, coalesce(max(a.number), 0)::int as highest
    from yimen.audit_writer w left join yimen.audit a on a.writer = w.writer group by w.writer, w.last`);
  return rows.flatMap(({ writer, last, rows: many, highest }) =>
    last === many && last === highest ? [] : [`I3 writer ${writer} has numbers up to ${last}, ${many} rows, the highest ${highest}`],
  );
}

/** I4: every row of proof says what its digest was made of. */
async function sealed(asked: Asked): Promise<Violations> {
  const rows = await asked('select writer, number::int as number, at, salt, entry, digest from yimen.audit');
  return rows.flatMap(({ writer, number, at, salt, entry, digest }) => {
    const row = {
      writer: String(writer),
      number: Number(number),
      at: new Date(at as string).toISOString(),
      salt: String(salt),
      entry: entry as AuditEntry,
    };
    return auditDigest(row) === digest ? [] : [`I4 row ${writer} ${number} does not fit its digest`];
  });
}

/** I5: everything came to an end, or a person sees that it did not. */
async function ended(asked: Asked): Promise<Violations> {
  const open = await asked(`select c.number, i.desk, i.phase from yimen.case_items i join yimen.cases c on c.id = i.case_id
    where c.submitted_at is not null and i.phase not in (${[...FINAL, ...STUCK].map((phase) => `'${phase}'`).join(', ')})`);
  return open.map(({ number, desk, phase }) => `I5 ${desk} ${number} stands at ${phase}`);
}

/** I6: one key of a client is one case. */
async function oneCase(asked: Asked, { numbers, acknowledged: keys }: Ledger): Promise<Violations> {
  const many = [...numbers].flatMap(([, all]) => (all.size > 1 ? [`I6 one key was answered with ${[...all].join(' and ')}`] : []));
  const [row] = await asked('select count(*)::int as keys, count(distinct case_id)::int as cases from yimen.submissions');
  const isOne = row?.['keys'] === row?.['cases'] && row?.['keys'] === keys.size;
  return isOne ? many : [...many, `I6 ${keys.size} keys were acknowledged, ${row?.['keys']} are kept, for ${row?.['cases']} cases`];
}

/** I7: nothing personal lies anywhere in the clear: no table, no file, no log. */
async function silent(asked: Asked, _ledger: Ledger, _books: Books, folder: string): Promise<Violations> {
  const tables = await asked(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('yimen', 'yimen_jobs')`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await asked(`select t::text as row from ${name} t`);
    if (rows.some(({ row }) => holds(String(row)))) found.push(`I7 personal data in ${name}`);
  }
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  const leaking = files.filter((file) => statSync(file).isFile() && holds(readFileSync(file, 'latin1'), true));
  return [...found, ...leaking.map((file) => `I7 personal data in ${file}`)];
}

/** `latin1`: the text was read byte by byte. */
const holds = (text: string, latin1 = false): boolean =>
  WANTED.some((each) => text.includes(latin1 ? Buffer.from(each).toString('latin1') : each));

function countedBy<T>(all: readonly T[], nameOf: (one: T) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(nameOf(one), (counts.get(nameOf(one)) ?? 0) + 1);
  return counts;
}

export const agencies = AGENCIES.map(({ id }) => id);
