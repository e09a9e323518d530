import type { Catalogue, Theme, ThemeQuestion } from '../catalogue/index.ts';
import { type Answers, holds, possibleAnswers } from './answers.ts';
import { statusOf } from './outline.ts';

/** The questions whose answer would still change a step, a merged filing or a field of the form, given the other answers. */
export function openQuestionsOf(theme: Theme, answers: Answers, catalogue: Catalogue): readonly ThemeQuestion[] {
  const onForms = saidOnForms(theme, answers, catalogue);
  const open = theme.questions.filter(({ id }) => !answers.has(id));
  return open.filter((question) => onForms.has(question.id) || changesSteps(question, theme, answers));
}

function changesSteps(question: ThemeQuestion, theme: Theme, answers: Answers): boolean {
  const shapes = possibleAnswers(question).map((answer) => shapeOf(theme, new Map(answers).set(question.id, answer)));
  return new Set(shapes).size > 1;
}

/** Which steps the answers leave and which stages they merge, as text to compare. */
function shapeOf(theme: Theme, answers: Answers): string {
  const planned = plannedOf(theme, answers);
  const merged = theme.mergedStages.filter(({ stages, when }) => holds(when, answers) === 'YES' && stagesAmong(planned, stages) > 1);
  return [...theme.steps.map((step) => statusOf(step, answers)), ...merged.map(({ nameZh }) => nameZh)].join();
}

const plannedOf = (theme: Theme, answers: Answers): Theme['steps'] =>
  theme.steps.filter((step) => statusOf(step, answers) !== 'NOT_NEEDED');

const stagesAmong = (planned: Theme['steps'], stages: readonly string[]): number =>
  stages.filter((name) => planned.some(({ stage }) => stage === name)).length;

/** Questions whose answer fills a field on a planned item's form. */
function saidOnForms(theme: Theme, answers: Answers, catalogue: Catalogue): ReadonlySet<string> {
  const forms = plannedOf(theme, answers).map(({ slug }) => catalogue.form(slug));
  const fields = new Set(forms.flatMap(({ required, optional }) => [...required, ...optional]));
  return new Set([...fields].flatMap((id) => catalogue.formField(id)?.answers ?? []));
}
