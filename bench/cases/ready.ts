/** How soon a gateway is ready again after `kill -9`, with many cases in its database. */
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { median } from '../gateway.ts';
import { filled, spread, submit, untilReceived } from './filling.ts';
import { askServer, type BenchHall } from './hall.ts';

const CASES = 10_000;
const REAL = 50;
const TIMES = 5;

export interface Ready {
  readonly cases: number;
  /** Seconds from the start of the process to `/health/ready`, median and longest of some kills. */
  readonly medianS: number;
  readonly longestS: number;
}

/**
 * Most cases are copies in SQL of one that was really handed in and received: with items, facts, events, materials and
 * submission, without rows of proof. Before every kill some more are handed in, so there is something to be recovered.
 */
export async function ready(hall: BenchHall): Promise<Ready> {
  const first = await hall.start();
  const [model = ''] = await handedIn(first, 1);
  await untilReceived(first, [model]);
  await first.stop();
  await asked(hall, copies(CASES));
  const [counted] = await asked(hall, 'select count(*)::int as cases from yimen.cases');
  const took: number[] = [];
  let life = await hall.start();
  for (let i = 0; i < TIMES; i++) {
    await handedIn(life, REAL);
    await life.kill();
    life = await hall.start();
    took.push(life.readyMs / 1_000);
  }
  return { cases: Number(counted?.['cases']), medianS: median(took), longestS: Math.max(...took) };
}

async function handedIn(life: Parameters<typeof submit>[0], count: number): Promise<readonly string[]> {
  const numbers = await filled(life, count);
  return spread(numbers, 16, (number) => submit(life, number));
}

/** Asks the database while no gateway has it open. */
async function asked({ database, folder }: BenchHall, text: string): Promise<readonly Record<string, unknown>[]> {
  if (database) return askServer(text, database);
  const embedded = await PGlite.create({ dataDir: join(folder, 'data/database') });
  const results = await embedded.exec(text).finally(() => embedded.close());
  return results.at(-1)?.rows ?? [];
}

/** Every table's row once more for each copy, its ids made anew from the old ones and the copy's number. */
function copies(count: number): string {
  const anew = (id: string) => `md5(${id}::text || n)::uuid`;
  const copy = (table: string, changed: Readonly<Record<string, string>>) =>
    `insert into yimen.${table} select (jsonb_populate_record(one, jsonb_build_object(${Object.entries(changed)
      .map(([name, value]) => `'${name}', ${value}`)
      .join(', ')}))).* from yimen.${table} one, generate_series(1, ${count}) n`;
  return [
    copy('cases', { id: anew('one.id'), number: "one.number || '-' || n" }),
    copy('case_items', { id: anew('one.id'), case_id: anew('one.case_id'), reference: "one.reference || '-' || n" }),
    copy('case_facts', { item_id: anew('one.item_id') }),
    `insert into yimen.case_events (case_id, item, kind, phase, status, at, actor, role, "window", why)
     select ${anew('case_id')}, item, kind, phase, status, at, actor, role, "window", why from yimen.case_events, generate_series(1, ${count}) n`,
    copy('case_materials', { case_id: anew('one.case_id') }),
    copy('submissions', { key: 'one.key || n', case_id: anew('one.case_id') }),
  ].join(';\n');
}
