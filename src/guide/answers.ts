import type { Theme, ThemeCondition, ThemeQuestion } from '../catalogue/index.ts';
import type { Sentence } from './types.ts';

/** An answer: true or false, or the value of a choice. */
export type Answer = boolean | string;

/** Answers by question id. */
export type Answers = ReadonlyMap<string, Answer>;

/** Answers that do not fit the theme. `message` names questions of the theme and quotes nothing that was given. */
export class AnswersRefused extends Error {
  override readonly name = 'AnswersRefused';
}

/** Answers as they were given, checked against the theme; text stands for true and false too. Throws {@link AnswersRefused}. */
export function answersOf(theme: Theme, given: Iterable<readonly [question: string, value: Answer]>): Answers {
  const answers = new Map<string, Answer>();
  let place = 0;
  for (const [id, value] of given) {
    place++;
    const question = theme.questions.find((known) => known.id === id);
    if (!question) throw new AnswersRefused(unknownQuestion(theme, place));
    if (answers.has(id)) throw new AnswersRefused(`the question ${id} is answered twice`);
    answers.set(id, answerTo(question, value));
  }
  return answers;
}

function unknownQuestion(theme: Theme, place: number): string {
  const known = theme.questions.map(({ id }) => id).join(', ');
  return `answer ${place} is to a question that the theme ${theme.id} does not ask; it asks ${known || 'none'}`;
}

function answerTo(question: ThemeQuestion, value: Answer): Answer {
  const answer = possibleAnswers(question).find((possible) => possible === value || String(possible) === value);
  if (answer === undefined)
    throw new AnswersRefused(`the question ${question.id} takes one of ${possibleAnswers(question).map(String).join(', ')}`);
  return answer;
}

/** Every answer a question may get. */
export const possibleAnswers = (question: ThemeQuestion): readonly Answer[] =>
  question.type === 'boolean' ? [true, false] : question.choices.map(({ value }) => value);

/** Whether a condition holds: `UNDECIDED` while its question is open. What has no condition always holds. */
export function holds(condition: ThemeCondition | undefined, answers: Answers): 'YES' | 'NO' | 'UNDECIDED' {
  if (!condition) return 'YES';
  const answer = answers.get(condition.question);
  if (answer === undefined) return 'UNDECIDED';
  return answer === condition.equals ? 'YES' : 'NO';
}

/** An answer in the words of its question. */
export function inWords(question: ThemeQuestion, answer: Answer): Sentence {
  if (question.type === 'boolean') return answer === true ? { zh: '是', en: 'yes' } : { zh: '否', en: 'no' };
  const choice = question.choices.find(({ value }) => value === answer);
  return { zh: choice?.labelZh ?? '', en: choice?.labelEn ?? '' };
}
