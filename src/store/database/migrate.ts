import type { Migration } from '../migrations/index.ts';
import type { Driver, Session } from './driver.ts';

/** Numbers of the locks that processes of one hall hold against each other. */
export const LOCKS = { migration: 7_146_001, sealer: 7_146_002, sweep: 7_146_003, erasing: 7_146_004 } as const;

/** Brings the database to the shape this version needs; of several processes that start at once one does it. */
export async function migrate(driver: Driver, migrations: readonly Migration[]): Promise<readonly string[]> {
  return (await driver.locked(LOCKS.migration, true, (session) => migrateLocked(driver, session, migrations))) ?? [];
}

/** The same for whoever holds the lock already. */
export async function migrateLocked(driver: Driver, session: Session, migrations: readonly Migration[]): Promise<readonly string[]> {
  await session.query('create schema if not exists yimen');
  await session.query('create table if not exists yimen.migration (id text primary key, at timestamptz not null default now())');
  const pending = pendingOf(await knownTo(session), migrations);
  for (const { id, sql } of pending) await apply(driver, id, sql);
  return pending.map(({ id }) => id);
}

/** Steps that the database still lacks. Throws when it has been at a later version than this one. */
export async function pendingMigrations(driver: Driver, migrations: readonly Migration[]): Promise<readonly string[]> {
  return pendingOf(await knownTo(driver), migrations).map(({ id }) => id);
}

/** Steps that the database has been through; none where it was never used. */
export async function knownTo(asked: Pick<Session, 'query'>): Promise<readonly string[]> {
  const { rows } = await asked.query("select to_regclass('yimen.migration') is not null as there");
  if (!rows[0]?.['there']) return [];
  return (await asked.query('select id from yimen.migration order by id')).rows.map(({ id }) => String(id));
}

function pendingOf(known: readonly string[], migrations: readonly Migration[]): readonly Migration[] {
  const foreign = known.find((id) => !migrations.some((migration) => migration.id === id));
  if (foreign)
    throw new Error(
      `the database has the migration "${foreign}", which this version of Yimen does not know: it was used by a later version; start that one, or restore a backup`,
    );
  return migrations.filter(({ id }) => !known.includes(id));
}

/** A step and the note that it was done stand or fall together. */
async function apply(driver: Driver, id: string, sql: string): Promise<void> {
  await driver.transaction(async (session) => {
    for (const statement of statements(sql)) await session.query(statement);
    await session.query('insert into yimen.migration (id) values ($1)', [id]);
  });
}

/** Migrations hold no semicolon inside a statement. */
const statements = (sql: string): readonly string[] => sql.split(';').filter((part) => part.trim() !== '');
