/** What the entries of a catalogue say of each other. The shape of each entry is checked before (see ../shelves.ts). */
import type { Problems } from '../problems.ts';
import type { Found } from '../shelves.ts';
import { checkCircles } from './circles.ts';
import { checkCodes } from './codes.ts';
import { checkDuplicates } from './duplicates.ts';
import { checkItems } from './items.ts';
import { checkReferences } from './references.ts';
import { checkThemes } from './themes.ts';

export { examinedForms } from './forms.ts';

const CHECKS = [checkDuplicates, checkReferences, checkCircles, checkCodes, checkItems, checkThemes];

export function checkAll(found: Found, problems: Problems): void {
  for (const check of CHECKS) check(found, problems);
}
