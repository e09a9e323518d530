/**
 * What a chart draws of a guide. Glossary:
 *
 * - drawn step 图中步骤: a needed or undecided step; those that are not needed are only listed.
 * - number 序号: its place among the drawn steps, the same on chart and notice.
 * - arrow 箭头: a dependency that no chain of other arrows says already.
 * - block 阶段框: a stage as a frame; stages that wait for each other in both directions share one.
 * - level 层: blocks of one level wait for none of each other and stand side by side.
 */
import type { Guide, GuideStep, StepSchedule } from '../types.ts';

export interface DrawnStep extends GuideStep {
  readonly number: number;
  readonly schedule: StepSchedule;
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Whether the later step cannot begin earlier because of this one, and both lie on a longest path. */
  readonly critical: boolean;
}

export interface Block {
  readonly id: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly level: number;
  readonly steps: readonly DrawnStep[];
}

/** The steps that are drawn, numbered. */
export const drawnSteps = ({ steps }: Guide): readonly DrawnStep[] =>
  steps
    .filter((step): step is GuideStep & { readonly schedule: StepSchedule } => step.status !== 'NOT_NEEDED' && step.schedule !== null)
    .map((step, i) => ({ ...step, number: i + 1 }));

/** Dependencies among drawn steps, without those that other arrows say already. */
export function arrowsOf(steps: readonly DrawnStep[]): readonly Arrow[] {
  const byCode = new Map(steps.map((step) => [step.item.code, step]));
  const before = new Map(steps.map(({ item, dependsOn }) => [item.code, dependsOn.filter((code) => byCode.has(code))]));
  const waitsFor = reachability(before);
  return steps.flatMap((step) => {
    const direct = before.get(step.item.code) ?? [];
    const others = direct.filter((code) => !direct.some((other) => other !== code && waitsFor(other, code)));
    return others.map((code): Arrow => ({ from: code, to: step.item.code, critical: holdsUp(code, step, direct, byCode) }));
  });
}

function holdsUp(code: string, step: DrawnStep, direct: readonly string[], byCode: ReadonlyMap<string, DrawnStep>): boolean {
  const dueOf = (other: string) => byCode.get(other)?.schedule.promised.due ?? '';
  return step.schedule.critical && byCode.get(code)?.schedule.critical === true && direct.every((other) => dueOf(other) <= dueOf(code));
}

/** Whether one of two names leads to the other by any number of the given relations. */
function reachability(next: ReadonlyMap<string, readonly string[]>): (from: string, to: string) => boolean {
  const known = new Map([...next.keys()].map((name) => [name, reached(name, next)]));
  return (from, to) => known.get(from)?.has(to) ?? false;
}

function reached(from: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const all = new Set<string>();
  const open = [...(next.get(from) ?? [])];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (!all.has(name)) open.push(...(next.get(name) ?? []));
    all.add(name);
  }
  return all;
}

/** The stages as blocks, in the order in which they come. */
export function blocksOf(steps: readonly DrawnStep[], arrows: readonly Arrow[]): readonly Block[] {
  const stageOf = new Map(steps.map(({ item, stage }) => [item.code, stage.nameZh]));
  const names = [...new Set(stageOf.values())];
  const before = new Map(names.map((name) => [name, stagesBefore(name, stageOf, arrows)]));
  const waitsFor = reachability(before);
  const headOf = (name: string) => names.find((other) => other === name || (waitsFor(name, other) && waitsFor(other, name))) ?? name;
  const levelOf = (head: string): number => {
    const heads = names.filter((name) => headOf(name) === head).flatMap((name) => (before.get(name) ?? []).map(headOf));
    return 1 + Math.max(-1, ...[...new Set(heads)].filter((other) => other !== head).map(levelOf));
  };
  return [...new Set(names.map(headOf))].map((head, i) => {
    const own = steps.filter(({ stage }) => headOf(stage.nameZh) === head);
    const named = (key: 'nameZh' | 'nameEn') => [...new Set(own.map(({ stage }) => stage[key]))].join(' / ');
    return { id: `stage-${i + 1}`, nameZh: named('nameZh'), nameEn: named('nameEn'), level: levelOf(head), steps: own };
  });
}

const stagesBefore = (name: string, stageOf: ReadonlyMap<string, string>, arrows: readonly Arrow[]): string[] => [
  ...new Set(arrows.filter(({ to }) => stageOf.get(to) === name).flatMap(({ from }) => stageOf.get(from) ?? [])),
];
