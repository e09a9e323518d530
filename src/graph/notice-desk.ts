import type { Catalogue } from '../catalogue/index.ts';
import type { NoticeCodes } from '../trust/index.ts';

/** Who issues notices, and where they are looked up. */
export interface NoticeDesk {
  readonly codes: NoticeCodes;
  readonly hall: { readonly nameZh: string; readonly nameEn: string };
  /** Address at which people look codes up; the code is put behind it. */
  readonly address: () => string;
  /** Whether what agencies say is invented; then every page says so. */
  readonly fictional: boolean;
}

export interface NoticeDeskOptions {
  readonly codes: NoticeCodes;
  readonly catalogue: Catalogue;
  readonly fictional: boolean;
  /** Id of the agency whose name stands on notices; without it, of the hall at which most items are handled. */
  readonly hall?: string | undefined;
  /** Address from which the hall's pages are reached; without it, where this process listens. */
  readonly address?: string | undefined;
  readonly listensAt: () => string;
}

/** Throws when the catalogue has no such hall. */
export function noticeDesk({ codes, catalogue, fictional, hall: id, address, listensAt }: NoticeDeskOptions): NoticeDesk {
  const hall = id === undefined ? busiestHall(catalogue) : catalogue.agency(id);
  if (!hall) throw new Error(`notices.hall: the catalogue's agencies.json has no "${id}"`);
  const given = address?.replace(/\/+$/, '');
  return { codes, hall, fictional, address: () => given ?? `${listensAt()}/notices` };
}

function busiestHall({ agencies, items }: Catalogue): NoticeDesk['hall'] {
  const handled = new Map<string, number>();
  for (const { handledAt } of items) handled.set(handledAt, (handled.get(handledAt) ?? 0) + 1);
  const [busiest] = [...agencies].sort((a, b) => (handled.get(b.id) ?? 0) - (handled.get(a.id) ?? 0));
  return busiest ?? { nameZh: '政务服务大厅', nameEn: 'Government service hall' };
}
