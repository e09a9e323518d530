import type { ConnectorFields, EnterpriseConnectionShape } from '../../schema/generated/connector-fields.ts';
import { AgencyError, type Call, type JsonClient, type Lookup, lookup, value } from '../../src/connect/index.ts';
import { status } from './map.ts';
import { SearchReply } from './wire.ts';

type SearchArgs = ConnectorFields['Query']['enterprises']['key'];

const PAGE = 20;

/** The registry's name search. A cursor is the position of its entry, sealed against being read as a number to add to. */
export const searchLookup = (registry: JsonClient): Lookup<SearchArgs, EnterpriseConnectionShape> =>
  lookup({
    async one({ name, first, after }: SearchArgs, call: Call) {
      const query = { name, offset: String(after ? positionAfter(after, call) : 0), limit: String(first ?? PAGE) };
      const reply = await registry.request({ path: '/registrations/search', query }, SearchReply, call);
      return value(toConnection(reply), new Date(reply.dataTime));
    },
  });

const cursorOf = (position: number): string => Buffer.from(`after:${position}`).toString('base64url');

function positionAfter(cursor: string, call: Call): number {
  const position = /^after:(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (position === undefined) throw new AgencyError(call, 'REFUSED', { private: { reason: 'cursor not of this search' } });
  return Number(position) + 1;
}

function toConnection({ items, offset, total }: SearchReply): EnterpriseConnectionShape {
  const edges = items.map((it, i) => ({
    cursor: cursorOf(offset + i),
    node: { nameZh: it.entName, status: status(it.regState), enterprise: { uscc: it.uniscid } },
  }));
  return { edges, totalCount: total, pageInfo: { hasNextPage: offset + items.length < total, endCursor: edges.at(-1)?.cursor ?? null } };
}
