import type { ConnectorFields, EnterpriseConnectionShape } from '../../schema/generated/connector-fields.ts';
import { AgencyError, type Call, type JsonClient, type Lookup, lookup, value } from '../../src/connect/index.ts';
import { status } from './map.ts';
import { SearchReply } from './wire.ts';

type SearchArgs = ConnectorFields['Query']['enterprises']['key'];

const PAGE = 20;

/** The registry's name search. A cursor is the position of its entry, opaque to clients. */
export const searchLookup = (registry: JsonClient): Lookup<SearchArgs, EnterpriseConnectionShape> =>
  lookup({
    async one({ name, first, after }: SearchArgs, call: Call) {
      const offset = after == null ? 0 : positionAfter(after, call);
      const query = { name, offset: String(offset), limit: String(first ?? PAGE) };
      const reply = await registry.request({ path: '/registrations/search', query }, SearchReply, call);
      checkPage(reply, offset, call);
      return value(toConnection(reply), new Date(reply.dataTime));
    },
  });

const cursorOf = (position: number): string => Buffer.from(`after:${position}`).toString('base64url');

function positionAfter(cursor: string, call: Call): number {
  const position = /^after:(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  // Base64 readers skip what they do not know: only the very text we gave out is ours.
  if (position === undefined || cursorOf(Number(position)) !== cursor)
    throw new AgencyError(call, 'REFUSED', { private: { reason: 'cursor not of this search' } });
  return Number(position) + 1;
}

/** A page of another position, or an empty one before the end, would send a client round in circles. */
function checkPage({ items, offset, total }: SearchReply, asked: number, call: Call): void {
  if (offset === asked && (items.length > 0 || offset >= total)) return;
  throw new AgencyError(call, 'PROTOCOL', { private: { reason: 'not the page that was asked' } });
}

function toConnection({ items, offset, total }: SearchReply): EnterpriseConnectionShape {
  const edges = items.map((it, i) => ({
    cursor: cursorOf(offset + i),
    node: { nameZh: it.entName, status: status(it.regState), enterprise: { uscc: it.uniscid } },
  }));
  return { edges, totalCount: total, pageInfo: { hasNextPage: offset + items.length < total, endCursor: edges.at(-1)?.cursor ?? null } };
}
