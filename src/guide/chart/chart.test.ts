import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import type { Language } from '../../connect/index.ts';
import type { Answer, Guide } from '../index.ts';
import { guideOf, guideOfSteps, shippedCatalogue } from '../testing.ts';
import { BOX, lineWidth } from './boxes.ts';
import { type Chart, chartOf, MARGIN } from './chart.ts';
import { arrowsOf, drawnSteps } from './drawn.ts';
import type { Point, Rect } from './layout.ts';
import { chartSvg } from './svg.ts';

const catalogue = shippedCatalogue();
const LANGUAGES: readonly Language[] = ['zh', 'en'];
const NEARLY = 1e-6;

const PRIVATE_PROJECT: Readonly<Record<string, Answer>> = {
  small: false,
  land: 'transfer',
  hasLandCertificate: false,
  energy: 'over-5000',
  eiaClass: 'form',
  fireClass: 'special',
  shelter: 'relocate',
  tender: true,
  selfTender: true,
  soil: false,
  river: false,
  heritage: false,
  lightning: true,
};

const shipped = catalogue.themes.flatMap(({ id }) => LANGUAGES.map((language) => [id, language, guideOf(catalogue, id)] as const));
const drawn = [
  ...shipped,
  ...LANGUAGES.map(
    (language) => ['private project', language, guideOf(catalogue, 'construction-project', { answers: PRIVATE_PROJECT })] as const,
  ),
  ...LANGUAGES.map(
    (language) =>
      ['small project', language, guideOf(catalogue, 'construction-project', { answers: { ...PRIVATE_PROJECT, small: true } })] as const,
  ),
];

/** Charts are drawn once for all that is asked of them. */
const known = new Map<Guide, { readonly chart: Chart; readonly svg: string }>();
function drawnOnce(guide: Guide, language: Language): { readonly chart: Chart; readonly svg: string } {
  const found = known.get(guide) ?? { chart: chartOf(guide, language), svg: chartSvg(guide, language) };
  known.set(guide, found);
  return found;
}

const overlap = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width - NEARLY && b.x < a.x + a.width - NEARLY && a.y < b.y + b.height - NEARLY && b.y < a.y + a.height - NEARLY;
const holds = (outer: Rect, inner: Rect): boolean =>
  outer.x <= inner.x + NEARLY &&
  outer.y <= inner.y + NEARLY &&
  inner.x + inner.width <= outer.x + outer.width + NEARLY &&
  inner.y + inner.height <= outer.y + outer.height + NEARLY;
const pairs = <T>(all: readonly T[]): [T, T][] => all.flatMap((a, i) => all.slice(i + 1).map((b): [T, T] => [a, b]));
const segmentsOf = (points: readonly Point[]): [Point, Point][] => points.slice(1).map((point, i) => [points[i] ?? point, point]);
/** A line as the rectangle it covers: of no width or of no height. */
const spanned = ([a, b]: [Point, Point]): Rect => ({
  x: Math.min(a.x, b.x),
  y: Math.min(a.y, b.y),
  width: Math.abs(a.x - b.x),
  height: Math.abs(a.y - b.y),
});

/** What must hold of every chart, whatever it shows. Gives back what is wrong, in words. */
function faultsOf({ page, legendY }: Chart): string[] {
  const { layout, sheet, at, scale } = page;
  const { boxes, frames, lines } = layout;
  const faults: string[] = [];
  const fault = (isFault: boolean, what: string) => void (isFault && faults.push(what));
  const whole = { x: 0, y: 0, width: layout.width, height: layout.height };
  const name = (box: (typeof boxes)[number]) => box.box.step.item.slug;

  fault(at.x + layout.width * scale > sheet.width - MARGIN + NEARLY, 'the chart is wider than the sheet');
  fault(at.y + layout.height * scale > legendY + NEARLY, 'the chart runs into the legend');
  for (const box of boxes) {
    fault(!holds(whole, box.rect), `${name(box)} lies outside`);
    const height = box.box.lines.reduce((sum, { size }) => sum + size * BOX.lead, 0);
    fault(height > box.rect.height - 2 * BOX.padding + NEARLY, `the text of ${name(box)} is higher than its box`);
    for (const line of box.box.lines)
      fault(lineWidth(line) > box.rect.width - 2 * BOX.padding + NEARLY, `"${line.text}" is wider than its box`);
  }
  for (const [a, b] of pairs(boxes)) fault(overlap(a.rect, b.rect), `${name(a)} and ${name(b)} overlap`);
  for (const [a, b] of pairs(frames)) fault(overlap(a.frame, b.frame), `the frames ${a.block.nameZh} and ${b.block.nameZh} overlap`);
  for (const { block, frame } of frames)
    for (const box of boxes) {
      const isIn = block.steps.some(({ item }) => item.code === box.box.step.item.code);
      fault(isIn ? !holds(frame, box.rect) : overlap(frame, box.rect), `${name(box)} is on the wrong side of the frame ${block.nameZh}`);
    }
  for (const { arrow, points } of lines) {
    const [from, to] = [arrow.from, arrow.to].map((code) => boxes.find(({ box }) => box.step.item.code === code)?.rect);
    const [first, last] = [points[0], points.at(-1)];
    if (!from || !to || !first || !last) return [`an arrow from ${arrow.from} to ${arrow.to} leads nowhere`];
    fault(
      Math.abs(first.y - from.y - from.height) > NEARLY || first.x < from.x || first.x > from.x + from.width,
      `an arrow leaves ${arrow.from} elsewhere`,
    );
    fault(Math.abs(last.y - to.y) > NEARLY || last.x < to.x || last.x > to.x + to.width, `an arrow comes to ${arrow.to} elsewhere`);
    for (const segment of segmentsOf(points)) {
      const span = spanned(segment);
      fault(span.width > NEARLY && span.height > NEARLY, `the arrow from ${arrow.from} to ${arrow.to} slants`);
      fault(segment[1].y < segment[0].y - NEARLY, `the arrow from ${arrow.from} to ${arrow.to} goes up`);
      const through = { x: span.x - NEARLY, y: span.y - NEARLY, width: span.width + 3 * NEARLY, height: span.height + 3 * NEARLY };
      for (const box of boxes) {
        const { x, y, width, height } = box.rect;
        const inner = { x: x + 0.01, y: y + 0.01, width: width - 0.02, height: height - 0.02 };
        fault(overlap(through, inner), `the arrow from ${arrow.from} to ${arrow.to} runs through ${name(box)}`);
      }
    }
  }
  for (const [a, b] of pairs(lines)) {
    if (a.arrow.from === b.arrow.from || a.arrow.to === b.arrow.to) continue;
    const isShared = segmentsOf(a.points).some((one) => segmentsOf(b.points).some((other) => runTogether(one, other)));
    fault(isShared, `the arrows ${a.arrow.from} → ${a.arrow.to} and ${b.arrow.from} → ${b.arrow.to} run together`);
  }
  return faults;
}

/** Two segments that have more than a point in common. */
function runTogether(one: [Point, Point], other: [Point, Point]): boolean {
  const [a, b] = [spanned(one), spanned(other)];
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  const isSideways = a.height < NEARLY && b.height < NEARLY && Math.abs(a.y - b.y) < NEARLY;
  const isDown = a.width < NEARLY && b.width < NEARLY && Math.abs(a.x - b.x) < NEARLY;
  return (isSideways && across > NEARLY) || (isDown && down > NEARLY);
}

describe('a chart', () => {
  it.each(drawn)('%s, %s: nothing overlaps, runs through a box or leaves the sheet', (_, language, guide) => {
    expect(faultsOf(drawnOnce(guide, language).chart)).toEqual([]);
  });

  it.each(drawn)('%s, %s: on A4, with text that can be read', (_, language, guide) => {
    const { chart, svg } = drawnOnce(guide, language);
    const { page } = chart;
    expect([page.sheet.width, page.sheet.height].sort()).toEqual([210, 297]);
    const sizes = [...svg.matchAll(/<g data-step.*?<\/g>|<g font-weight.*?<\/g>/gs)].flatMap(([group]) =>
      [...group.matchAll(/font-size="([\d.]+)"/g)].map(([, size]) => Number(size) * page.scale),
    );
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(2.2);
  });

  const anySteps = fc
    .array(fc.record({ before: fc.array(fc.nat(), { maxLength: 3 }), stage: fc.nat(4), isOpen: fc.boolean() }), {
      minLength: 1,
      maxLength: 24,
    })
    .map((steps) =>
      steps.map(({ before, stage, isOpen }, i) => ({
        stage,
        isOpen,
        dependsOn: i === 0 ? [] : [...new Set(before.map((other) => other % i))],
      })),
    );

  it('whatever waits for whatever, in whatever stages: the same holds', () => {
    fc.assert(
      fc.property(anySteps, fc.constantFrom(...LANGUAGES), (steps, language) => {
        expect(faultsOf(chartOf(guideOfSteps(catalogue, steps), language))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same picture every time', () => {
    const guide = () => guideOf(shippedCatalogue(), 'construction-project');
    expect(chartSvg(guide(), 'zh')).toBe(chartSvg(guide(), 'zh'));
  });

  it('of more steps than A4 can hold legibly comes on larger paper, and stays legible', () => {
    const steps = Array.from({ length: 120 }, (_, i) => ({ dependsOn: i < 8 ? [] : [i - 8], stage: Math.floor(i / 30), isOpen: false }));
    const chart = chartOf(guideOfSteps(catalogue, steps), 'zh');
    expect(chart.page.sheet.width).toBeGreaterThanOrEqual(297);
    expect(chart.page.scale * BOX.meta).toBeGreaterThanOrEqual(2.2);
    expect(faultsOf(chart)).toEqual([]);
  });
});

describe('what a chart says', () => {
  const stepsIn = (svg: string) => [...svg.matchAll(/data-step="(\w+)"/g)].map(([, code]) => code);
  const arrowsIn = (svg: string) => [...svg.matchAll(/data-arrow="(\w+) (\w+)"/g)].map(([, from = '', to = '']) => [from, to] as const);

  it.each(drawn)('%s, %s: every planned step once, with its full name; the others in a list', (_, language, guide) => {
    const { svg } = drawnOnce(guide, language);
    const planned = guide.steps.filter(({ status }) => status !== 'NOT_NEEDED');
    expect(stepsIn(svg).sort()).toEqual(planned.map(({ item }) => item.code).sort());
    const text = new XMLParser({ ignoreAttributes: true, htmlEntities: true }).parse(svg) as object;
    const said = JSON.stringify(text).replaceAll('\\"', '"');
    for (const { item } of planned) expect(said).toContain(language === 'en' ? item.nameEn : item.nameZh);
  });

  it.each(drawn)('%s, %s: every dependency is an arrow, or follows from arrows', (_, language, guide) => {
    const arrows = arrowsIn(drawnOnce(guide, language).svg);
    const leadsTo = (from: string, to: string): boolean => arrows.some(([a, b]) => a === from && (b === to || leadsTo(b, to)));
    const planned = drawnSteps(guide);
    for (const { item, dependsOn } of planned) for (const code of dependsOn) expect(leadsTo(code, item.code)).toBe(true);
    const waitsFor = new Map(planned.map(({ item, dependsOn }) => [item.code, dependsOn]));
    for (const [from, to] of arrows) expect(waitsFor.get(to)).toContain(from);
  });

  it('lists what is not needed, and says how the target is kept', () => {
    const guide = guideOf(catalogue, 'open-company', { answers: { generalTaxpayer: false, needsBankAccount: false } });
    const svg = chartSvg(guide, 'zh');
    expect(svg).toContain('本次不需要办理：增值税一般纳税人登记、企业银行基本存款账户开户预约');
    expect(svg).toContain('目标：3 个工作日全部办结；计划 3 个工作日（2026-03-12），符合目标');
    const project = chartSvg(guideOf(catalogue, 'construction-project'), 'en');
    expect(project).toContain('Target: 50 working days to &quot;Construction permit&quot;; planned 37 (2026-04-30), kept');
  });

  it('says undecided, forwarded and critical by lines, not only by colour', () => {
    const guide = guideOf(catalogue, 'construction-project', { answers: { energy: 'over-5000' } });
    const svg = chartSvg(guide, 'zh');
    const boxOf = (slug: string) => {
      const code = guide.steps.find(({ item }) => item.slug === slug)?.item.code ?? expect.fail(`no step ${slug}`);
      return new RegExp(`<g data-step="${code}">.*?</g>`).exec(svg)?.[0] ?? '';
    };
    expect(boxOf('energy-review-large')).toMatch(/stroke-dasharray="2 1".*转送：扬州市发展和改革委员会/);
    expect(boxOf('soil-conservation')).toMatch(/stroke-dasharray="0.6 0.9".*>9\? /);
    expect(boxOf('construction-permit')).toMatch(/stroke-width="0.7".*★/);
    expect(boxOf('project-filing')).not.toContain('dasharray');
  });

  it('a line is thick where a delay of one step delays the next', () => {
    const guide = guideOf(catalogue, 'construction-project', { answers: PRIVATE_PROJECT });
    const path = guide.timeline.criticalPath;
    const thick = arrowsOf(drawnSteps(guide)).filter(({ critical }) => critical);
    for (const [i, to] of path.slice(1).entries()) expect(thick).toContainEqual({ from: path[i], to, critical: true });
  });

  it('names what a long name loses: its middle, and the whole of it as a tooltip', () => {
    const chart = chartOf(guideOf(catalogue, 'construction-project'), 'en');
    const long = chart.page.layout.boxes.filter(({ box }) => box.lines.some(({ text }) => text.includes('…')));
    for (const { box } of long) expect(box.title).toContain(box.step.item.nameEn);
  });
});

describe('a chart as a file', () => {
  const hostile = '<script>alert(1)</script>"\'&]]>-->\u0000\u0008\ud800';
  const renamed = <T extends { readonly nameZh: string; readonly nameEn: string }>(entry: T): T => ({
    ...entry,
    nameZh: hostile,
    nameEn: hostile,
  });
  const withNames = (guide: Guide): Guide => ({
    ...guide,
    theme: renamed(guide.theme),
    steps: guide.steps.map((step) => ({
      ...step,
      item: renamed(step.item),
      stage: renamed(step.stage),
      forwardedTo: step.forwardedTo && renamed(step.forwardedTo),
    })),
  });

  it.each(drawn)('%s, %s: is well-formed, and holds no script and no address', (_, language, guide) => {
    for (const svg of [drawnOnce(guide, language).svg, chartSvg(withNames(guide), language)]) {
      expect(XMLValidator.validate(svg)).toBe(true);
      expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/<script|https?:|href|url\(|@import|\son\w+=/i);
      const control = [...svg].filter((character) => (character < ' ' && character !== '\n') || character === '\ufffe');
      expect([control, /\p{Surrogate}/u.test(svg)]).toEqual([[], false]);
    }
  });

  it('is a picture with a title and a description', () => {
    const svg = chartSvg(guideOf(catalogue, 'open-company'), 'zh');
    expect(svg).toMatch(/^<svg [^>]*role="img" aria-labelledby="chart-open-company-title chart-open-company-desc" lang="zh-CN"/);
    expect(svg).toContain('<title id="chart-open-company-title">开办企业一件事 办理流程图</title>');
    expect(svg).toMatch(/<desc id="chart-open-company-desc">共 12 个步骤/);
    expect(svg).toMatch(/width="297mm" height="210mm" viewBox="0 0 297 210"/);
  });
});
