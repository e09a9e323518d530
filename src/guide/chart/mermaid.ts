import type { Language } from '../../connect/index.ts';
import type { Guide, GuideStep } from '../types.ts';
import { nameOf } from './boxes.ts';
import { arrowsOf, type DrawnStep, drawnSteps } from './drawn.ts';
import { INK } from './strokes.ts';
import { type ChartWords, chartWords } from './words.ts';

const CLASSES = [
  `classDef needed fill:#fff,stroke:${INK.text},color:${INK.text}`,
  `classDef undecided fill:#fff,stroke:${INK.text},color:${INK.text},stroke-dasharray:2 3`,
  `classDef notNeeded fill:#f4f4f4,stroke:${INK.faint},color:${INK.faint}`,
  `classDef forwarded stroke:${INK.forwarded},stroke-dasharray:8 4`,
  `classDef critical stroke:${INK.critical},stroke-width:3px`,
];

/**
 * The steps of a guide as a Mermaid flowchart: a subgraph per stage, every dependency an arrow, a thick one where a delay
 * of the earlier step delays the later. Nodes are named `s` and a number, in the order of the guide's steps.
 */
export function mermaid(guide: Guide, language: Language): string {
  const words = chartWords(language);
  const drawn = drawnSteps(guide);
  const arrows = arrowsOf(drawn);
  const nodes = new Map(guide.steps.map(({ item }, i) => [item.code, `s${i + 1}`]));
  const node = (code: string) => nodes.get(code) ?? '';
  const isCritical = (from: string, to: string) => arrows.some((arrow) => arrow.critical && arrow.from === from && arrow.to === to);
  const stages = [...new Set(guide.steps.map(({ stage }) => stage.nameZh))].map((name) =>
    guide.steps.filter(({ stage }) => stage.nameZh === name),
  );
  const edges = drawn.flatMap(({ item, dependsOn }) =>
    dependsOn
      .filter((code) => drawn.some((step) => step.item.code === code))
      .map((code) => `  ${node(code)} ${isCritical(code, item.code) ? '==>' : '-->'} ${node(item.code)}`),
  );
  return [
    'flowchart TD',
    ...stages.flatMap((steps, i) => [
      `  subgraph stage${i + 1}["${escaped(steps[0] ? nameOf(steps[0].stage, language) : '')}"]`,
      ...steps.map((step) => `    ${node(step.item.code)}["${labelOf(step, drawn, guide.startOn, language, words)}"]`),
      '  end',
    ]),
    ...edges,
    ...CLASSES.map((line) => `  ${line}`),
    ...guide.steps.flatMap((step) => classesOf(step).map((name) => `  class ${node(step.item.code)} ${name}`)),
    '',
  ].join('\n');
}

function labelOf(step: GuideStep, drawn: readonly DrawnStep[], startOn: string, language: Language, words: ChartWords): string {
  const name = nameOf(step.item, language);
  const found = drawn.find(({ item }) => item.code === step.item.code);
  if (!found) return escaped(`${words.left} ${name}`);
  const lines = [
    `${found.number}${step.status === 'UNDECIDED' ? '?' : ''} ${name}`,
    words.dates(found, startOn),
    ...(step.forwardedTo ? [words.forwardedTo(nameOf(step.forwardedTo, language))] : []),
  ];
  return lines.map(escaped).join('<br/>');
}

function classesOf({ status, forwardedTo, schedule }: GuideStep): readonly string[] {
  if (status === 'NOT_NEEDED' || !schedule) return ['notNeeded'];
  return [
    status === 'UNDECIDED' ? 'undecided' : 'needed',
    ...(forwardedTo ? ['forwarded'] : []),
    ...(schedule.critical ? ['critical'] : []),
  ];
}

/** Letters and digits of any script, and what means nothing to Mermaid and to HTML. */
const HARMLESS = /[^\p{L}\p{N} ,./?()·→、，。；：？！（）《》“”—…-]/gu;

/** Text within quotes: everything that could mean something to Mermaid as a character code, `#35;`. */
const escaped = (text: string): string => text.replace(/\s+/g, ' ').replace(HARMLESS, (character) => `#${character.codePointAt(0)};`);
