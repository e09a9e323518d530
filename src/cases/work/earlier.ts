import { inArray } from 'drizzle-orm';
import type { ApplicationMaterial } from '../../connect/index.ts';
import { type Fact, standingOf } from '../life/index.ts';
import type { HeldCase, ItemRow } from '../record.ts';
import { caseFacts } from '../tables.ts';
import type { CasesTools } from '../tools.ts';

/** What decisions on other items of the same case brought: papers that later items ask for, and the enterprise itself. */
export interface Earlier {
  /** Unified social credit code of an enterprise that did not exist when the case was opened. */
  readonly uscc: string | undefined;
  readonly materials: readonly ApplicationMaterial[];
}

export async function earlierOf({ items }: HeldCase, item: ItemRow, tools: CasesTools): Promise<Earlier> {
  const granted = items.filter(({ id, phase }) => id !== item.id && phase === 'GRANTED');
  if (granted.length === 0) return { uscc: undefined, materials: [] };
  const facts = await factsByItem(
    granted.map(({ id }) => id),
    tools,
  );
  const decided = granted.flatMap((each) => resultOf(each, facts.get(each.id) ?? []));
  return {
    uscc: decided.find(({ result }) => result.establishes)?.result.establishes,
    materials: decided.flatMap(({ of, result }) => materialOf(of, result, tools)),
  };
}

type Result = NonNullable<Extract<Fact, { kind: 'granted' }>['result']>;

function resultOf(item: ItemRow, facts: readonly Fact[]): readonly { readonly of: ItemRow; readonly result: Result }[] {
  const { grantedBy } = standingOf(facts);
  const fact = facts.find(({ id }) => id === grantedBy);
  return fact?.kind === 'granted' && fact.result ? [{ of: item, result: fact.result }] : [];
}

/** The paper itself lies with its number: whoever asks for it can look it up where it was made. */
function materialOf({ item }: ItemRow, { number }: Result, { catalogue }: CasesTools): readonly ApplicationMaterial[] {
  const id = catalogue.item(item)?.result?.materialId;
  return id === undefined ? [] : [{ id, nameZh: catalogue.material(id)?.nameZh ?? id, file: null, number, follows: false }];
}

async function factsByItem(ids: readonly string[], { store }: CasesTools): Promise<ReadonlyMap<string, readonly Fact[]>> {
  const rows = await store.db
    .select()
    .from(caseFacts)
    .where(inArray(caseFacts.itemId, [...ids]));
  const byItem = new Map<string, Fact[]>();
  for (const { itemId, id, at, by, detail } of rows) byItem.set(itemId, [...(byItem.get(itemId) ?? []), { ...detail, id, at, by }]);
  return byItem;
}
