import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gatewayAt, named, noServer, openTestExchange } from '../../testing.ts';

const guide = readFileSync('docs/exchange-database.md', 'utf8');
const blocks = [...guide.matchAll(/```sql\n-- (\w+)[^\n]*\n([^`]+)```/g)].map(([, server = '', sql = '']) => ({ server, sql }));

const TABLES = {
  request: { table: 'qz_request', id: 'lsh', service: 'fwbm', payload: 'qqbw', createdAt: 'cjsj', fixed: { dwbm: 'hall-01' } },
  reply: { table: 'qz_reply', id: 'lsh', payload: 'ydbw', code: 'jgdm', read: 'dqbz' },
};

describe("the guide's tables", () => {
  for (const [server, dialect] of [['PostgreSQL', 'postgres'] as const, ['MySQL', 'mysql'] as const])
    it.skipIf(noServer[dialect])(`work on ${server} with the rights it names`, async () => {
      const { sql } = blocks.find((block) => block.server === server) ?? expect.fail(`no SQL for ${server}`);
      await using exchange = await openTestExchange(dialect);
      for (const statement of sql.split(';').map((text) => text.trim())) if (statement) await exchange.run(statement);
      const within = <T extends { readonly table: string }>(table: T): T => ({ ...table, table: `${exchange.user}.${table.table}` });
      await using gateway = gatewayAt(exchange, { request: within(TABLES.request), reply: within(TABLES.reply) });
      const answer = gateway.name('A1');
      await expect.poll(async () => (await gateway.watch.open()).count, { interval: 10 }).toBe(1);
      const id = (await gateway.watch.open()).requests[0]?.id;
      await exchange.run(`INSERT INTO qz_reply (lsh, ydbw, jgdm) VALUES ('${id}', '${named('here')}', '0')`);
      expect(await answer).toBe('here');
      expect((await gateway.watch.open()).count).toBe(0);
    });
});
