import { usccFault } from '../../codes/index.ts';
import type { CatalogueProfile, Item } from '../entries.ts';
import { ABOUT } from '../kinds.ts';
import type { Problems } from '../problems.ts';
import type { Found } from '../shelves.ts';

/** Characters of a unified social credit code, GB 32100-2015. */
const CREDIT_CODE = 18;

/** Codes are built as the profile says. */
export function checkCodes({ items, profile }: Found, problems: Problems): void {
  for (const { entry, place } of items.placed) {
    const lengths = lengthFaults(entry, profile);
    for (const [key, what] of lengths.length > 0 ? lengths : formFaults(entry, profile)) problems.add(place, key, what);
  }
}

type Fault = readonly [key: 'code' | 'baseCode', what: string];

function lengthFaults(item: Item, { itemCodeLength, baseCodeLength }: CatalogueProfile): Fault[] {
  const lengths = [['code', itemCodeLength, 'itemCodeLength'] as const, ['baseCode', baseCodeLength, 'baseCodeLength'] as const];
  return lengths.flatMap(([key, length, setting]): Fault[] =>
    item[key].length === length
      ? []
      : [[key, `has ${item[key].length} characters, not ${length}: mend it, or the length in ${ABOUT} (profile.${setting})`]],
  );
}

function formFaults({ code, baseCode }: Item, { itemCodeForm }: CatalogueProfile): Fault[] {
  if (itemCodeForm === 'opaque') return [];
  const fault = usccFault(code.slice(0, CREDIT_CODE));
  const opaque = `mend it, or say in ${ABOUT} that codes are built otherwise (profile.itemCodeForm: "opaque")`;
  return [
    ...(fault ? ([['code', `does not begin with the implementer's credit code, its ${fault} is wrong: ${opaque}`]] as const) : []),
    ...(code.endsWith(baseCode) ? [] : ([['code', `does not end with the base code ${baseCode}: ${opaque}`]] as const)),
  ];
}
