import type { Language } from '../../connect/index.ts';
import { type Markup, markup } from '../markup.ts';
import type { Guide } from '../types.ts';
import { BOX, type Box, nameOf } from './boxes.ts';
import { arrowsOf, blocksOf, drawnSteps } from './drawn.ts';
import type { ChartLayout, Point, Rect } from './layout.ts';
import { type Legend, legendOf } from './legend.ts';
import { nameStrip } from './name-strip.ts';
import { type Page, pageOf, type Sheet } from './page.ts';
import { dashesOf, INK, strokeOf } from './strokes.ts';
import { wrapped } from './text.ts';
import { type ChartWords, chartWords } from './words.ts';

const MARGIN = 8;
const TITLE = { size: 5.4, lead: 7 } as const;
const NOTE = { size: 3, lead: 4.2 } as const;
const LIST = { size: 2.4, lead: 3.2 } as const;

/** The families that systems bring for Chinese; nothing is fetched. */
const CHINESE = "'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', 'Heiti SC', SimHei";
const FONTS: Readonly<Record<Language, string>> = {
  zh: `${CHINESE}, sans-serif`,
  en: `'Helvetica Neue', Arial, 'Liberation Sans', 'Noto Sans', ${CHINESE}, sans-serif`,
};

/**
 * The steps of a guide as a picture: a standalone SVG with the size of a sheet of paper, A4 whenever its text is then at
 * least 2.2 mm high. Black on white; what colour says, lines say too.
 */
export function chartSvg(guide: Guide, language: Language): string {
  const words = chartWords(language);
  const steps = drawnSteps(guide);
  const arrows = arrowsOf(steps);
  const milestone = guide.timeline.target.milestone;
  const texts = textsOf(guide, steps.length, language, words);
  const parts = (sheet: Sheet) => partsOf(sheet, texts, legendOf(words, sheet.width - 2 * MARGIN));
  const page = pageOf(
    { steps, arrows, blocks: blocksOf(steps, arrows) },
    { language, words, startOn: guide.startOn, milestone },
    (sheet) => parts(sheet).room,
  );
  return drawing(guide, language, words, page, texts, parts(page.sheet)).text;
}

interface Texts {
  readonly title: string;
  readonly notes: readonly string[];
  readonly list: string;
}

function textsOf(guide: Guide, count: number, language: Language, words: ChartWords): Texts {
  const { timeline, steps, theme } = guide;
  const milestone = steps.find(({ item }) => item.code === timeline.target.milestone)?.item;
  const dropped = steps.filter(({ status }) => status === 'NOT_NEEDED').map(({ item }) => nameOf(item, language));
  return {
    title: words.title(nameOf(theme, language)),
    notes: [
      words.span(guide, count),
      words.target(guide, milestone && nameOf(milestone, language)),
      ...(timeline.assumedYears.length > 0 ? [words.assumed(timeline.assumedYears)] : []),
    ],
    list: dropped.length > 0 ? words.notNeeded + dropped.join(language === 'en' ? '; ' : '、') : '',
  };
}

/** What stands above and below the chart, and the room that is left for it. */
interface Parts {
  readonly notes: readonly string[];
  readonly legend: Legend;
  readonly legendY: number;
  readonly list: readonly string[];
  readonly listY: number;
  readonly room: Rect;
}

function partsOf({ width, height }: Sheet, texts: Texts, legend: Legend): Parts {
  const inner = width - 2 * MARGIN;
  const notes = texts.notes.flatMap((note) => wrapped(note, inner / NOTE.size));
  const list = texts.list ? wrapped(texts.list, inner / LIST.size) : [];
  const listY = height - MARGIN - list.length * LIST.lead;
  const legendY = listY - legend.height - 1;
  const top = MARGIN + TITLE.lead + notes.length * NOTE.lead + 1.5;
  return { notes, legend, legendY, list, listY, room: { x: MARGIN, y: top, width: inner, height: legendY - top - 2 } };
}

function drawing(guide: Guide, language: Language, words: ChartWords, page: Page, texts: Texts, parts: Parts): Markup {
  const { sheet, layout, at, scale } = page;
  const id = `chart-${guide.theme.id}`;
  const { startOn, finishOn } = guide.timeline;
  const size = (value: number) => number(value);
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${size(sheet.width)}mm" height="${size(sheet.height)}mm" viewBox="0 0 ${size(sheet.width)} ${size(sheet.height)}" role="img" aria-labelledby="${id}-title ${id}-desc" lang="${language === 'en' ? 'en' : 'zh-CN'}" font-family="${FONTS[language]}" fill="${INK.text}">
<title id="${id}-title">${texts.title}</title>
<desc id="${id}-desc">${words.description(layout.boxes.length, startOn, finishOn)} ${texts.notes.join(' ')}</desc>
<rect width="${size(sheet.width)}" height="${size(sheet.height)}" fill="#fff"/>
<text x="${MARGIN}" y="${size(MARGIN + TITLE.size)}" font-size="${TITLE.size}" font-weight="bold">${texts.title}</text>
${parts.notes.map((note, i) => markup`<text x="${MARGIN}" y="${size(MARGIN + TITLE.lead + NOTE.size + i * NOTE.lead)}" font-size="${NOTE.size}">${note}</text>\n`)}<g transform="translate(${number(at.x)} ${number(at.y)}) scale(${number(scale, 4)})">
${chart(layout, language)}</g>
<g transform="translate(${MARGIN} ${size(parts.legendY)})">
${parts.legend.items}</g>
${parts.list.map((line, i) => markup`<text x="${MARGIN}" y="${size(parts.listY + LIST.size + i * LIST.lead)}" font-size="${LIST.size}" fill="${INK.faint}">${line}</text>\n`)}</svg>
`;
}

function chart({ frames, lines, boxes }: ChartLayout, language: Language): readonly Markup[] {
  // What must not be covered comes last: thick lines over thin ones, boxes over lines.
  const ordered = [...lines].sort((a, b) => Number(a.arrow.critical) - Number(b.arrow.critical));
  return [
    ...frames.map(({ frame }) => markup`<rect ${placed(frame)} fill="${INK.frame}" stroke="${INK.faint}" stroke-width="0.15"/>\n`),
    ...ordered.map(({ arrow, points }) => line(points, arrow.critical, `${arrow.from} ${arrow.to}`)),
    ...frames.map(({ block, name }) => nameStrip(nameOf(block, language), name, language)),
    ...boxes.map(({ box, rect }) => boxed(box, rect)),
  ];
}

function line(points: readonly Point[], isCritical: boolean, key: string): Markup {
  const end = points.at(-1) ?? { x: 0, y: 0 };
  const size = isCritical ? 1.5 : 1;
  const head = [end, { x: end.x - size / 2, y: end.y - size }, { x: end.x + size / 2, y: end.y - size }];
  const [stroke, width] = isCritical ? [INK.critical, 0.7] : [INK.line, 0.25];
  // The line ends inside the head, so that the tip stays sharp.
  const body = [...points.slice(0, -1), { x: end.x, y: end.y - size * 0.8 }];
  return markup`<g data-arrow="${key}"><polyline points="${list(body)}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linejoin="round"/><polygon points="${list(head)}" fill="${stroke}"/></g>\n`;
}

function boxed(box: Box, rect: Rect): Markup {
  const { stroke, width } = strokeOf(box.step);
  const dashes = dashesOf(box.step);
  let y = rect.y + BOX.padding - (BOX.lead - 1) * 0.5;
  const texts = box.lines.map(({ text, size, bold }) => {
    y += size * BOX.lead;
    return markup`<text x="${number(rect.x + BOX.padding)}" y="${number(y - size * 0.2)}" font-size="${size}"${bold ? markup` font-weight="bold"` : ''}>${text}</text>`;
  });
  return markup`<g data-step="${box.step.item.code}"><title>${box.title}</title><rect ${placed(rect)} fill="#fff" stroke="${stroke}" stroke-width="${width}"${dashes ? markup` stroke-dasharray="${dashes}"` : ''}/>${texts}</g>\n`;
}

const placed = ({ x, y, width, height }: Rect): Markup =>
  markup`x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}"`;
const list = (points: readonly Point[]): string => points.map(({ x, y }) => `${number(x)},${number(y)}`).join(' ');

/** A length as text, without the noise of binary fractions. */
const number = (value: number, digits = 2): string => String(Number(value.toFixed(digits)));
