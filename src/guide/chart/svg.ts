import type { Language } from '../../connect/index.ts';
import { type Markup, markup } from '../markup.ts';
import type { Guide } from '../types.ts';
import { BOX, type Box, nameOf } from './boxes.ts';
import { type Chart, chartOf, LIST, MARGIN, NOTE, TITLE } from './chart.ts';
import type { ChartLayout, Point, Rect } from './layout.ts';
import { nameStrip } from './name-strip.ts';
import { dashesOf, INK, strokeOf } from './strokes.ts';

/** The families that systems bring for Chinese; nothing is fetched. */
const CHINESE = "'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', 'Heiti SC', SimHei";
const FONTS: Readonly<Record<Language, string>> = {
  zh: `${CHINESE}, sans-serif`,
  en: `'Helvetica Neue', Arial, 'Liberation Sans', 'Noto Sans', ${CHINESE}, sans-serif`,
};

/**
 * The steps of a guide as a picture: a standalone SVG with the size of a sheet of paper, A4 whenever its text is then at
 * least 2.2 mm high. Black on white; what colour says, lines say too. An arrow that follows from others is not drawn.
 */
export const chartSvg = (guide: Guide, language: Language): string => drawing(chartOf(guide, language)).text;

function drawing({ language, id, title, description, page, ...around }: Chart): Markup {
  const { layout, at, scale } = page;
  const [width, height] = [number(page.sheet.width), number(page.sheet.height)];
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}mm" height="${height}mm" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc" lang="${language === 'en' ? 'en' : 'zh-CN'}" font-family="${FONTS[language]}" fill="${INK.text}">
<title id="${id}-title">${title}</title>
<desc id="${id}-desc">${description}</desc>
<rect width="${width}" height="${height}" fill="#fff"/>
<text x="${MARGIN}" y="${number(MARGIN + TITLE.size)}" font-size="${TITLE.size}" font-weight="bold">${title}</text>
${textLines(around.notes, MARGIN + TITLE.lead, NOTE, INK.text)}<g transform="translate(${number(at.x)} ${number(at.y)}) scale(${number(scale, 4)})">
${chart(layout, language)}</g>
<g transform="translate(${MARGIN} ${number(around.legendY)})">
${around.legend.items}</g>
${textLines(around.list, around.listY, LIST, INK.faint)}</svg>
`;
}

const textLines = (lines: readonly string[], y: number, { size, lead }: { size: number; lead: number }, ink: string): readonly Markup[] =>
  lines.map((text, i) => markup`<text x="${MARGIN}" y="${number(y + size + i * lead)}" font-size="${size}" fill="${ink}">${text}</text>\n`);

function chart({ frames, lines, boxes }: ChartLayout, language: Language): readonly Markup[] {
  // What must not be covered comes last: thick lines over thin ones, names and boxes over lines.
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
  return markup`<g data-arrow="${key}"><polyline points="${pairs(body)}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linejoin="round"/><polygon points="${pairs(head)}" fill="${stroke}"/></g>\n`;
}

function boxed(box: Box, rect: Rect): Markup {
  const { stroke, width } = strokeOf(box.step);
  const dashes = dashesOf(box.step);
  let y = rect.y + BOX.padding - 0.1;
  const texts = box.lines.map(({ text, size, bold }) => {
    y += size * BOX.lead;
    return markup`<text x="${number(rect.x + BOX.padding)}" y="${number(y - size * 0.2)}" font-size="${size}"${bold ? BOLD : undefined}>${text}</text>`;
  });
  const border = markup`<rect ${placed(rect)} fill="#fff" stroke="${stroke}" stroke-width="${width}"${dashes && markup` stroke-dasharray="${dashes}"`}/>`;
  return markup`<g data-step="${box.step.item.code}"><title>${box.title}</title>${border}${texts}</g>\n`;
}

const BOLD = markup` font-weight="bold"`;
const placed = ({ x, y, width, height }: Rect): Markup =>
  markup`x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}"`;
const pairs = (points: readonly Point[]): string => points.map(({ x, y }) => `${number(x)},${number(y)}`).join(' ');

/** A length as text, without the noise of binary fractions. */
const number = (value: number, digits = 2): string => String(Number(value.toFixed(digits)));
