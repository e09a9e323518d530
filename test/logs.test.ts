/** What the log must not say, and how many lines it says it in. */
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pglite';
import { describe, expect, it } from 'vitest';
import { hallLog } from '../src/log.ts';
import { emptyDatabase } from '../src/store/index.ts';

/** As an attacker would write it: it looks like the end of a line, of the values, and like a place in the code. */
const CANARY = '金丝雀\r\n{"level":60,"msg":"made up"}\n    at somewhere: 321012198812139970';

function captured() {
  const lines: string[] = [];
  return { lines, log: hallLog({ write: (line: string) => void lines.push(line) }) };
}

describe('T10: a statement that failed', () => {
  it.each([
    ['a value that does not fit', sql`select ${CANARY}::uuid`],
    ['a table that is not there', sql`insert into nowhere (name) values (${CANARY})`],
  ])('%s: where and why, never the values', async (_, statement) => {
    const database = await PGlite.create(emptyDatabase());
    const error = await drizzle({ client: database })
      .execute(statement)
      .catch((cause: unknown) => cause);
    await database.close();
    expect(String(error)).toContain('321012198812139970');
    const { lines, log } = captured();
    log.error({ err: new Error('the case could not be kept', { cause: error }) }, 'internal error');
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/金丝雀|321012198812139970|made up|somewhere/);
    const { err } = JSON.parse(lines[0] ?? '') as { err: { cause: { message: string; stack: string; cause: { message: string } } } };
    expect(err.cause.message).toMatch(/^failed query: /);
    expect(err.cause.stack).toMatch(/\n +at /);
    expect(err.cause.cause.message).toMatch(/invalid input syntax|does not exist/);
  });
});

it('B34: carriage returns in what somebody wrote stay one line', () => {
  const { lines, log } = captured();
  log.warn({ name: CANARY, err: new Error(CANARY) }, CANARY);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd()).not.toMatch(/[\r\n]/);
});
