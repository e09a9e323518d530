import { describe, expect, it } from 'vitest';
import type { Guide } from '../index.ts';
import { guideOf, shippedCatalogue } from '../testing.ts';
import { mermaid } from './mermaid.ts';

const catalogue = shippedCatalogue();

/** Text within quotes: letters and digits of any script, harmless signs, character codes, and our own line breaks. */
const LABEL = /"((?:[\p{L}\p{N} ,./?()·→、，。；：？！（）《》“”—…-]|#\d+;|<br\/>)*)"/u.source;
const LINES = {
  head: /^flowchart TD$/,
  subgraph: new RegExp(`^ {2}subgraph (stage\\d+)\\[${LABEL}\\]$`, 'u'),
  node: new RegExp(`^ {4}(s\\d+)\\[${LABEL}\\]$`, 'u'),
  end: /^ {2}end$/,
  edge: /^ {2}(s\d+) (-->|==>) (s\d+)$/,
  classDef: /^ {2}classDef ([a-zA-Z]+) [a-z-]+:[#\w ]+(?:,[a-z-]+:[#\w ]+)*$/,
  class: /^ {2}class (s\d+) ([a-zA-Z]+)$/,
} as const;

interface Flowchart {
  readonly stages: readonly string[];
  readonly nodes: ReadonlyMap<string, string>;
  readonly edges: readonly (readonly [string, string, string])[];
  readonly classes: ReadonlyMap<string, readonly string[]>;
}

/** Reads the part of Mermaid's grammar that we write, and refuses whatever is not in it. */
function read(text: string): Flowchart {
  const [head = '', ...lines] = text.trimEnd().split('\n');
  expect(head).toMatch(LINES.head);
  const stages: string[] = [];
  const nodes = new Map<string, string>();
  const edges: [string, string, string][] = [];
  const classes = new Map<string, string[]>();
  const defined: string[] = [];
  let depth = 0;
  for (const line of lines) {
    const kind = Object.entries(LINES).find(([, shape]) => shape.test(line))?.[0] ?? expect.fail(`not Mermaid as we write it: ${line}`);
    const [, a = '', b = '', c = ''] = LINES[kind as keyof typeof LINES].exec(line) ?? [];
    if (kind === 'subgraph') stages.push(b);
    if (kind === 'subgraph' || kind === 'end') depth += kind === 'end' ? -1 : 1;
    expect([0, 1]).toContain(depth);
    if (kind === 'node') {
      expect([depth, nodes.has(a)]).toEqual([1, false]);
      nodes.set(a, b);
    }
    if (kind === 'edge') {
      expect([nodes.has(a), nodes.has(c), depth]).toEqual([true, true, 0]);
      edges.push([a, b, c]);
    }
    if (kind === 'classDef') defined.push(a);
    if (kind === 'class') classes.set(a, [...(classes.get(a) ?? []), b]);
  }
  expect(depth).toBe(0);
  for (const used of [...classes.values()].flat()) expect(defined).toContain(used);
  return { stages, nodes, edges, classes };
}

const nodeOf = (guide: Guide, slug: string) => `s${guide.steps.findIndex(({ item }) => item.slug === slug) + 1}`;

describe('a Mermaid chart', () => {
  it.each(catalogue.themes.map(({ id }) => id))('%s: has every step in its stage, and every dependency as an arrow', (id) => {
    const guide = guideOf(catalogue, id);
    for (const language of ['zh', 'en'] as const) {
      const { stages, nodes, edges, classes } = read(mermaid(guide, language));
      expect(stages).toEqual([...new Set(guide.steps.map(({ stage }) => (language === 'en' ? stage.nameEn : stage.nameZh)))]);
      expect(nodes.size).toBe(guide.steps.length);
      expect(classes.size).toBe(guide.steps.length);
      expect(edges).toHaveLength(guide.steps.flatMap(({ dependsOn }) => dependsOn).length);
    }
  });

  it('tells needed, undecided, not needed, forwarded and critical apart', () => {
    const guide = guideOf(catalogue, 'construction-project', { answers: { energy: 'over-5000' } });
    const { nodes, classes, edges } = read(mermaid(guide, 'zh'));
    const classesOf = (slug: string) => classes.get(nodeOf(guide, slug));
    expect(classesOf('project-filing')).toEqual(['needed']);
    expect(classesOf('soil-conservation')).toEqual(['undecided']);
    expect(classesOf('energy-review-small')).toEqual(['notNeeded']);
    expect(classesOf('energy-review-large')).toEqual(['needed', 'forwarded']);
    expect(classesOf('construction-permit')).toEqual(['needed', 'critical']);
    expect(nodes.get(nodeOf(guide, 'energy-review-small'))).toMatch(/^（不需要） 固定资产投资项目节能审查/);
    expect(nodes.get(nodeOf(guide, 'energy-review-large'))).toContain('3/10 → 3/31 · 15 工作日<br/>转送：扬州市发展和改革委员会');
    const leaving = edges.filter(([from]) => from === nodeOf(guide, 'energy-review-small'));
    expect(leaving).toEqual([]);
    expect(edges).toContainEqual([nodeOf(guide, 'construction-permit'), '==>', nodeOf(guide, 'fire-acceptance')]);
    expect(edges).toContainEqual([nodeOf(guide, 'construction-permit'), '-->', nodeOf(guide, 'line-check')]);
  });

  it('takes no orders from names', () => {
    const name = '"];\nend %%{init: {"theme":"x"}}%% `md` #quot; <script> style a:#fff; [x](y) |z| & click s1 "javascript:1"';
    const guide = guideOf(catalogue, 'open-company');
    const renamed = {
      ...guide,
      steps: guide.steps.map((step) => ({
        ...step,
        item: { ...step.item, nameZh: name },
        stage: { ...step.stage, nameZh: name },
      })),
    };
    const { nodes, stages } = read(mermaid(renamed, 'zh'));
    expect(nodes.size).toBe(12);
    const shown = (stages[0] ?? '').replace(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
    expect(shown).toBe(name.replace(/\s+/g, ' '));
  });
});
