import { LRUCache } from 'lru-cache';
import type { CaseRoom } from '../../cases/index.ts';
import type { Catalogue, Item } from '../../catalogue/index.ts';
import type { MaskKind } from '../../codes/index.ts';
import type { Caller } from '../../connect/index.ts';
import { needsOf } from '../../guide/index.ts';
import type { Vault } from '../../store/index.ts';
import { type BulkGrant, type Eyes, type Needs, type Purpose, purposeText, type ServiceSession, subjectName } from '../../trust/index.ts';

export type BulkGrants = ReadonlyMap<string, BulkGrant>;

/** What decides who may see what, beside the schema's rules. */
export interface AccessRoom {
  readonly vault: Vault;
  /** Sections that whoever asks for advice about themselves is shown. */
  readonly advice: Needs;
  /** What the hall grants beyond what a purpose calls for, by the purpose in one word. */
  readonly grants: ReadonlyMap<string, Needs>;
  readonly bulk: BulkGrants;
  /** Fields that leave masked, by paths like `Person.household.address`. */
  readonly masks: ReadonlyMap<string, MaskKind>;
}

interface Known {
  readonly catalogue: Catalogue;
  readonly cases: CaseRoom;
  readonly access: AccessRoom;
}

const MOST_PURPOSES = 5_000;
const known = new WeakMap<AccessRoom, LRUCache<string, Needs>>();

/** What a purpose calls for: its items' needs, and what the hall grants; undefined where there is no such purpose. Computed once. */
export async function needsOfPurpose(purpose: Purpose, { catalogue, cases, access }: Known): Promise<Needs | undefined> {
  const text = purposeText(purpose);
  const cache = known.get(access) ?? new LRUCache<string, Needs>({ max: MOST_PURPOSES });
  known.set(access, cache);
  const found = cache.get(text);
  if (found) return found;
  const own = purpose.kind === 'CONSULTATION' ? access.advice : await itemNeeds(purpose, { catalogue, cases, access });
  if (!own) return undefined;
  const needs = new Set([...own, ...(access.grants.get(text) ?? []), ...(access.grants.get(purpose.kind) ?? [])]);
  cache.set(text, needs);
  return needs;
}

async function itemNeeds(purpose: Exclude<Purpose, { kind: 'CONSULTATION' }>, at: Known): Promise<Needs | undefined> {
  const items = await itemsOfPurpose(purpose, at);
  return items.length === 0 ? undefined : needsOf(items, at.catalogue);
}

/** The items of a purpose; none where there is no such purpose. */
export async function itemsOfPurpose(purpose: Purpose, { catalogue, cases }: Omit<Known, 'access'>): Promise<readonly Item[]> {
  switch (purpose.kind) {
    case 'CONSULTATION':
      return [];
    case 'ITEM':
      return [catalogue.item(purpose.code) ?? []].flat();
    case 'THEME':
      return (catalogue.theme(purpose.code)?.steps ?? []).flatMap(({ item }) => catalogue.item(item) ?? []);
    case 'CASE': {
      const view = await (await cases.enter()).views.case(purpose.code);
      return (view?.items ?? []).flatMap(({ row }) => catalogue.item(row.item) ?? []);
    }
  }
}

/** Whose eyes a request has. `needs`: what the session's purpose calls for. */
export const eyesOf = (caller: Caller, session: ServiceSession | undefined, needs: Needs | undefined, access: AccessRoom): Eyes => ({
  caller,
  session,
  needs,
  bulk: caller.role === 'integrator' ? access.bulk.get(caller.actor) : undefined,
  isThemself: caller.role === 'citizen' && servesOnly(caller.subject, session, access.vault),
});

function servesOnly(name: string | undefined, session: ServiceSession | undefined, vault: Vault): boolean {
  return session?.subjects.every((each) => subjectName(vault, each) === name) ?? false;
}
