import type { Catalogue, Item, Theme, ThemeStep } from '../catalogue/index.ts';
import { type Answers, holds } from './answers.ts';
import type { GuideStep } from './types.ts';

/** A step as the answers make it, before it has dates. */
export interface OutlineStep {
  readonly item: Item;
  /** As the theme has it. */
  readonly step: ThemeStep;
  readonly status: GuideStep['status'];
  readonly stage: GuideStep['stage'];
  /** Codes of the planned steps that must be finished before it. */
  readonly dependsOn: readonly string[];
}

/** The steps of a theme as the answers make them. */
export interface Outline {
  /** All of them, nothing before what it depends on. */
  readonly steps: readonly OutlineStep[];
  /** Those that are needed or not decided yet, in the same order. */
  readonly planned: readonly OutlineStep[];
  /** Planned steps that come before a planned step, over any number of steps. */
  upstream(code: string): ReadonlySet<string>;
}

/** Lays out a theme. A dropped step hands what it depends on to the steps after it. */
export function outlineOf(theme: Theme, answers: Answers, catalogue: Catalogue): Outline {
  const before = dependenciesOf(theme, answers);
  const steps = inOrder(theme).map(
    (step): OutlineStep => ({
      item: itemOf(step.item, theme, catalogue),
      step,
      status: statusOf(step, answers),
      stage: stageOf(step, theme, answers),
      dependsOn: before.get(step.item) ?? [],
    }),
  );
  const planned = steps.filter(({ status }) => status !== 'NOT_NEEDED');
  const upstream = upstreamOf(planned);
  return { steps, planned, upstream: (code) => upstream.get(code) ?? new Set() };
}

const STATUSES = { YES: 'NEEDED', NO: 'NOT_NEEDED', UNDECIDED: 'UNDECIDED' } as const;

/** Whether the answers need a step. */
export const statusOf = ({ when }: ThemeStep, answers: Answers): GuideStep['status'] => STATUSES[holds(when, answers)];

function stageOf({ stage, stageEn }: ThemeStep, theme: Theme, answers: Answers): GuideStep['stage'] {
  const merger = theme.mergedStages.find(({ stages, when }) => stages.includes(stage) && holds(when, answers) === 'YES');
  if (merger) return { nameZh: merger.nameZh, nameEn: merger.nameEn, merged: true };
  return { nameZh: stage, nameEn: stageEn, merged: false };
}

/** Stages in the theme's order, steps within them too, as far as nothing then stands before what it depends on. */
function inOrder(theme: Theme): readonly ThemeStep[] {
  const stages = [...new Set(theme.steps.map(({ stage }) => stage))];
  const left = theme.steps.toSorted((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage));
  const placed = new Set<string>();
  return theme.steps.map(() => {
    const at = left.findIndex(({ dependsOn }) => dependsOn.every((code) => placed.has(code)));
    const [next] = left.splice(at, at < 0 ? 0 : 1);
    if (!next) throw new Error(`the theme ${theme.id} runs in a circle, or a step depends on an item that is no step of it`);
    placed.add(next.item);
    return next;
  });
}

/** Codes of the planned steps that each step waits for. */
function dependenciesOf(theme: Theme, answers: Answers): ReadonlyMap<string, readonly string[]> {
  const resolved = new Map<string, readonly string[]>();
  for (const { item, dependsOn } of inOrder(theme)) resolved.set(item, [...new Set(dependsOn.flatMap(standingFor))]);
  return resolved;

  function standingFor(code: string): readonly string[] {
    const step = theme.steps.find(({ item }) => item === code);
    return step && statusOf(step, answers) === 'NOT_NEEDED' ? (resolved.get(code) ?? []) : [code];
  }
}

function upstreamOf(planned: readonly OutlineStep[]): ReadonlyMap<string, ReadonlySet<string>> {
  const upstream = new Map<string, ReadonlySet<string>>();
  for (const { item, dependsOn } of planned)
    upstream.set(item.code, new Set(dependsOn.flatMap((code) => [code, ...(upstream.get(code) ?? [])])));
  return upstream;
}

function itemOf(code: string, theme: Theme, catalogue: Catalogue): Item {
  const item = catalogue.item(code);
  if (!item) throw new Error(`the theme ${theme.id} has the step ${code}, which is no item of the catalogue`);
  return item;
}
