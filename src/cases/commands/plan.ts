import type { Catalogue, Item, Theme } from '../../catalogue/index.ts';
import { problem, Refused } from '../problem.ts';

/** An item of a new case, with what it waits for. */
export interface PlannedItem {
  readonly item: Item;
  readonly waitsFor: readonly string[];
}

type Answers = Readonly<Record<string, string | boolean>>;

/** The items that a theme needs by these answers; what a dropped step waited for is inherited by those who waited for it. */
export function plannedByTheme(theme: Theme, answers: Answers, catalogue: Catalogue): readonly PlannedItem[] {
  for (const [id, answer] of Object.entries(answers)) checkAnswer(theme, id, answer);
  const byCode = new Map(theme.steps.map((step) => [step.item, step]));
  const isNeeded = (code: string) => {
    const when = byCode.get(code)?.when;
    if (!when) return true;
    if (answers[when.question] === undefined) throw new Refused(problem('OPEN_QUESTION', `answers/${when.question}`));
    return answers[when.question] === when.equals;
  };
  const inherited = (code: string): readonly string[] => (isNeeded(code) ? [code] : (byCode.get(code)?.dependsOn ?? []).flatMap(inherited));
  const needed = theme.steps.filter(({ item }) => isNeeded(item));
  if (needed.length === 0) throw new Refused(problem('NOTHING_TO_DO', 'answers'));
  return needed.map((step) => ({ item: known(catalogue, step.item), waitsFor: [...new Set(step.dependsOn.flatMap(inherited))] }));
}

/** Items that were asked for one by one wait for each other where one makes a material that another insists on. */
export function plannedByItems(codes: readonly string[], catalogue: Catalogue): readonly PlannedItem[] {
  const items = codes.map((code) => known(catalogue, code));
  const makers = new Map(items.flatMap((item) => (item.result?.materialId ? [[item.result.materialId, item.code] as const] : [])));
  return items.map((item) => {
    const made = item.materials.filter(({ required }) => required).flatMap(({ materialId }) => makers.get(materialId) ?? []);
    return { item, waitsFor: [...new Set(made)].filter((code) => code !== item.code) };
  });
}

function known(catalogue: Catalogue, code: string): Item {
  const item = catalogue.item(code);
  if (!item) throw new Refused(problem('UNKNOWN_ITEM', 'items'));
  return item;
}

function checkAnswer(theme: Theme, id: string, answer: string | boolean): void {
  const question = theme.questions.find((each) => each.id === id);
  const fits = question?.type === 'boolean' ? typeof answer === 'boolean' : question?.choices.some(({ value }) => value === answer);
  if (!fits) throw new Refused(problem('WRONG_ANSWER', `answers/${id}`));
}
