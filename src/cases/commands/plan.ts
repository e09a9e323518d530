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

/**
 * Items that were asked for one by one, each once, wait for each other where one makes a material that another insists on.
 * Of two that would wait for each other the first named does not: neither would ever start.
 */
export function plannedByItems(codes: readonly string[], catalogue: Catalogue): readonly PlannedItem[] {
  const items = [...new Set(codes.map((code) => known(catalogue, code)))];
  const makers = new Map(items.flatMap((item) => (item.result?.materialId ? [[item.result.materialId, item.code] as const] : [])));
  const waits = new Map<string, readonly string[]>();
  const leadsTo = (from: string, to: string): boolean => from === to || (waits.get(from) ?? []).some((code) => leadsTo(code, to));
  for (const { code, materials } of items.toReversed()) {
    const made = materials.filter(({ required }) => required).flatMap(({ materialId }) => makers.get(materialId) ?? []);
    waits.set(
      code,
      [...new Set(made)].filter((maker) => !leadsTo(maker, code)),
    );
  }
  return items.map((item) => ({ item, waitsFor: waits.get(item.code) ?? [] }));
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
