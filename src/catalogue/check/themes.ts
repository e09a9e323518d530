import type { Theme, ThemeCondition, ThemeQuestion } from '../entries.ts';
import type { Place, Problems } from '../problems.ts';
import type { Found } from '../shelves.ts';
import { tellTwice } from './duplicates.ts';

/** What the parts of a theme say of each other. */
export function checkThemes({ themes, items }: Found, problems: Problems): void {
  for (const { entry, place } of themes.placed) {
    const tell: Tell = (key, what) => problems.add(place, key, what);
    checkSteps(entry, tell, (code) => items.get(code)?.slug);
    checkConditions(entry, tell);
    checkQuestions(entry, tell);
    checkRepetition(entry, place, problems);
  }
}

type Tell = (key: string, what: string) => void;

function checkSteps({ steps, target }: Theme, tell: Tell, slugOf: (code: string) => string | undefined): void {
  const codes = new Set(steps.map(({ item }) => item));
  const noStep = (code: string) => `the theme has no step with the item "${code}": add the step or name another`;
  for (const [i, { item, slug, dependsOn }] of steps.entries()) {
    const real = slugOf(item);
    if (real !== undefined && real !== slug) tell(`steps[${i}].slug`, `is not the slug of its item: write "${real}", or name another item`);
    for (const [j, code] of dependsOn.entries()) if (!codes.has(code)) tell(`steps[${i}].dependsOn[${j}]`, noStep(code));
  }
  if (target.milestone !== undefined && !codes.has(target.milestone)) tell('target.milestone', noStep(target.milestone));
}

function checkConditions({ questions, steps, mergedStages }: Theme, tell: Tell): void {
  const stages = new Set(steps.map(({ stage }) => stage));
  for (const [i, { when }] of steps.entries()) if (when) checkCondition(when, questions, `steps[${i}].when`, tell);
  for (const [i, { when, stages: merged }] of mergedStages.entries()) {
    checkCondition(when, questions, `mergedStages[${i}].when`, tell);
    for (const [j, stage] of merged.entries())
      if (!stages.has(stage)) tell(`mergedStages[${i}].stages[${j}]`, `no step is in the stage "${stage}": name a stage of a step`);
  }
}

function checkCondition({ question: id, equals }: ThemeCondition, questions: Theme['questions'], key: string, tell: Tell): void {
  const question = questions.find((it) => it.id === id);
  const known = question && answersOf(question);
  if (!known) tell(`${key}.question`, `the theme has no question "${id}": add it or name another`);
  else if (!known.includes(equals))
    tell(`${key}.equals`, `is no answer to "${id}": write one of ${known.map((it) => JSON.stringify(it)).join(', ')}`);
}

const answersOf = (question: ThemeQuestion): readonly (boolean | string)[] =>
  question.type === 'boolean' ? [true, false] : question.choices.map(({ value }) => value);

/** A question that decides nothing is asked for nothing. */
function checkQuestions({ questions, steps, mergedStages }: Theme, tell: Tell): void {
  const deciding = new Set([...steps, ...mergedStages].map(({ when }) => when?.question));
  for (const [i, { id }] of questions.entries())
    if (!deciding.has(id))
      tell(`questions[${i}]`, `"${id}" decides nothing: let a step's or a merged stage's "when" name it, or take it out`);
}

function checkRepetition({ questions, steps }: Theme, place: Place, problems: Problems): void {
  tellTwice(
    questions.map(({ id }) => id),
    (i) => `questions[${i}].id`,
    place,
    problems,
  );
  tellTwice(
    steps.map(({ item }) => item),
    (i) => `steps[${i}].item`,
    place,
    problems,
  );
  for (const [i, { dependsOn }] of steps.entries()) tellTwice(dependsOn, (j) => `steps[${i}].dependsOn[${j}]`, place, problems);
  for (const [i, question] of questions.entries())
    if (question.type === 'choice')
      tellTwice(
        question.choices.map(({ value }) => value),
        (j) => `questions[${i}].choices[${j}].value`,
        place,
        problems,
      );
}
