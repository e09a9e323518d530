/** Which materials the plan makes itself, so that nobody is asked for them. */
import type { MaterialRequirement, ThemeQuestion } from '../catalogue/index.ts';
import { possibleAnswers } from './answers.ts';
import type { Outline, OutlineStep } from './outline.ts';

/** A material as one planned step asks for it. */
export interface Asking {
  readonly step: OutlineStep;
  readonly requirement: MaterialRequirement;
}

/** How a material comes out of the plan. */
export interface Making {
  /** Steps whose result it is. */
  readonly makers: readonly OutlineStep[];
  /** Who needs it from elsewhere: no earlier step makes it for certain. Where somebody insists on it, only those who insist. */
  readonly uncovered: readonly Asking[];
  /** Somebody would take it before a step makes it, though nobody insists on that. */
  readonly takenEarlier: boolean;
}

/** Looks for the makers of a material, and for whom of those that ask they come too late. */
export function makingOf(materialId: string, asking: readonly Asking[], outline: Outline, questions: readonly ThemeQuestion[]): Making {
  const makers = outline.planned.filter(({ item }) => item.result?.materialId === materialId);
  const late = asking.filter(({ step }) => {
    const upstream = outline.upstream(step.item.code);
    const earlier = makers.filter(({ item }) => upstream.has(item.code));
    return !isCertain(step, earlier, questions);
  });
  const uncovered = asking.some(({ requirement }) => requirement.required) ? late.filter(({ requirement }) => requirement.required) : late;
  return { makers, uncovered, takenEarlier: uncovered.length === 0 && late.length > 0 };
}

/**
 * One of the makers will be needed, however the open questions are answered: one is needed already, or there is one for
 * every answer under which the step itself is needed.
 */
function isCertain(step: OutlineStep, makers: readonly OutlineStep[], questions: readonly ThemeQuestion[]): boolean {
  if (makers.some(({ status }) => status === 'NEEDED')) return true;
  return questions.some((question) => {
    const answers = possibleAnswers(question).filter(
      (answer) => step.step.when?.question !== question.id || step.step.when.equals === answer,
    );
    return answers.every((answer) => makers.some(({ step: { when } }) => when?.question === question.id && when.equals === answer));
  });
}
