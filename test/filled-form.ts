import fc from 'fast-check';
import type { Catalogue, Theme } from '../src/catalogue/index.ts';
import { filledForms } from '../src/guide/form/testing.ts';
import { oneForm } from '../src/guide/index.ts';

/** Items that were asked for one by one belong to no theme. */
const NO_THEME: Theme = {
  id: 'x',
  nameZh: 'x',
  nameEn: 'x',
  audience: 'enterprise',
  windsUp: false,
  target: { workingDays: 1 },
  questions: [],
  steps: [],
  mergedStages: [],
};

/** The one form of some items as it may be filled in: the same every time. With a theme every question is answered yes. */
export function filledForm(items: readonly Catalogue['items'][number][], catalogue: Catalogue, theme: Theme = NO_THEME): object {
  const form = oneForm(
    {
      theme,
      answers: new Map(theme.questions.map(({ id }) => [id, true])),
      plannedItems: [...items],
      applicant: { uscc: undefined, idNumber: undefined, people: [] },
      known: () => ({ kind: 'unasked' }),
    },
    catalogue,
  );
  return fc.sample(filledForms(form.schema), { numRuns: 1, seed: 3 })[0] as object;
}
