import type { Theme, ThemeStep } from '../catalogue/index.ts';
import { type Answers, inWords } from './answers.ts';
import type { GuideStep, Sentence } from './types.ts';

const ALWAYS: Sentence = { zh: '办理本主题均需此事项。', en: 'Everybody needs it for this theme.' };

/** Why a step is needed, not needed, or not decided yet. */
export function whyOf(step: ThemeStep, status: GuideStep['status'], theme: Theme, answers: Answers): Sentence {
  const question = theme.questions.find(({ id }) => id === step.when?.question);
  if (!question) return ALWAYS;
  const { textZh, textEn } = question;
  const answer = answers.get(question.id);
  if (answer === undefined) return { zh: `取决于“${textZh}”的回答。`, en: `It depends on the answer to “${textEn}”` };
  const words = inWords(question, answer);
  const needed = status === 'NEEDED';
  return {
    zh: `“${textZh}”的回答为“${words.zh}”，${needed ? '因此需要。' : '因此不需要。'}`,
    en: `${needed ? 'Needed' : 'Not needed'}, because the answer to “${textEn}” is “${words.en}”.`,
  };
}
