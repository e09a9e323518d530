import { type CaseView, type Problem, problem } from '../../cases/index.ts';
import type { Catalogue, Theme } from '../../catalogue/index.ts';
import { completeForm, createFormChecker, type FormInput, oneForm } from '../../guide/index.ts';
import { maskedPlaces } from './masking.ts';

/** Says what is wrong with the filled form of a case, held against the forms of its items as one. */
export function createCaseFormCheck(catalogue: Catalogue): (view: CaseView) => readonly Problem[] {
  const checker = createFormChecker();
  return (view) => {
    const form = oneForm(inputOf(view, catalogue), catalogue);
    const filled = completeForm(form, view.contents().form);
    const wrong = checker.check(form.schema, filled);
    const masks = maskedPlaces(filled, catalogue).filter((place) => !wrong.some(({ pointer }) => pointer === place));
    const problems = [...wrong, ...masks.map((pointer) => ({ pointer, sentence: MASK_LEFT }))];
    return problems.map(({ pointer, sentence }) => ({ ...problem('WRONG_FORM', `form${pointer}`), ...sentence }));
  };
}

const MASK_LEFT = { zh: '此处仍为脱敏内容，请填写完整。', en: 'a masked value stands here: write it out.' };

/** What agencies say was filled in when the guide was made; here only what was written counts. */
function inputOf(view: CaseView, catalogue: Catalogue): FormInput {
  const { answers, applicant } = view.contents();
  const items = view.items.flatMap(({ row }) => catalogue.item(row.item) ?? []);
  return {
    theme: catalogue.theme(view.row.theme ?? '') ?? SINGLE_ITEMS,
    answers: new Map(Object.entries(answers)),
    plannedItems: items,
    applicant: { uscc: applicant.uscc ?? undefined, idNumber: applicant.idNumber ?? undefined, people: [] },
    known: () => ({ kind: 'unasked' }),
  };
}

/** Items that were asked for one by one belong to no theme, so no question has said anything. */
const SINGLE_ITEMS: Theme = {
  id: 'single-items',
  nameZh: '单独事项',
  nameEn: 'Single items',
  audience: 'enterprise',
  windsUp: false,
  target: { workingDays: 1 },
  questions: [],
  steps: [],
  mergedStages: [],
};
