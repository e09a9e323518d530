import type { Language } from '../../connect/index.ts';
import { type Markup, markup } from '../markup.ts';
import type { Rect } from './layout.ts';
import { evenly, widthOf } from './text.ts';

/** Sizes in millimetres, at a chart's natural size. */
const LARGEST = 3;
const SMALLEST = 2.6;
const LEAD = 1.15;
const PADDING = 0.75;
const MOST_LINES = 3;

/** Lines that must pass behind the name leave it readable. */
const HALO = markup`stroke="#f4f4f4" stroke-width="0.9" paint-order="stroke" stroke-linejoin="round"`;

/** Brackets and dashes as they look in a line from top to bottom. */
const UPRIGHT: Readonly<Record<string, string>> = {
  '（': '︵',
  '）': '︶',
  '《': '︽',
  '》': '︾',
  '、': '︑',
  '，': '︐',
  '—': '︱',
  '-': '︱',
  '/': '︱',
};

interface Setting {
  readonly lines: readonly string[];
  readonly size: number;
  /** Characters or turned lines beside each other. */
  readonly across: number;
}

/** Width of the strip that a name needs along a frame of this height. */
export const stripWidth = (name: string, height: number, language: Language): number => {
  const { across } = settingOf(name, height, language);
  return across * LARGEST * LEAD + 0.9;
};

/**
 * The name of a block along its left side. Chinese from top to bottom, along a low frame in lines of two or three
 * characters; English turned, along a low frame in several lines. What is still too long becomes smaller.
 */
export function nameStrip(name: string, strip: Rect, language: Language): Markup {
  const setting = settingOf(name, strip.height, language);
  const drawn = language === 'en' ? turned(setting, strip) : upright(setting, strip);
  return markup`<g font-weight="bold" text-anchor="middle" font-size="${setting.size.toFixed(2)}" ${HALO}>${drawn}</g>\n`;
}

function settingOf(name: string, height: number, language: Language): Setting {
  const room = height - 2 * PADDING;
  const settings = Array.from({ length: MOST_LINES }, (_, i) =>
    language === 'en' ? turnedIn(i + 1, name, room) : uprightIn(i + 1, name, room),
  );
  return settings.find(({ size }) => size >= SMALLEST) ?? settings.reduce((a, b) => (b.size > a.size ? b : a));
}

function uprightIn(across: number, name: string, room: number): Setting {
  const characters = [...name];
  const rows = Math.ceil(characters.length / across);
  const lines = Array.from({ length: rows }, (_, i) => characters.slice(i * across, (i + 1) * across));
  const turned = across === 1 ? lines.map(([character = '']) => UPRIGHT[character] ?? character) : lines.map((line) => line.join(''));
  return { lines: turned, across, size: Math.min(LARGEST, room / rows / LEAD) };
}

function turnedIn(most: number, name: string, room: number): Setting {
  let ems = Math.max(...name.split(/\s+/).map(widthOf));
  while (evenly(name, ems).length > most) ems += 0.5;
  const lines = evenly(name, ems);
  return { lines, across: lines.length, size: Math.min(LARGEST, room / Math.max(...lines.map(widthOf)) / 1.05) };
}

function upright({ lines, size }: Setting, { x, y, width, height }: Rect): Markup {
  const top = y + (height - lines.length * size * LEAD) / 2;
  const middle = (x + width / 2 + 0.2).toFixed(2);
  return markup`${lines.map((line, i) => markup`<text x="${middle}" y="${(top + (i * LEAD + 0.95) * size).toFixed(2)}">${line}</text>`)}`;
}

function turned({ lines, size }: Setting, { x, y, width, height }: Rect): Markup {
  const middle = x + width / 2 + 0.2 + size * 0.35;
  const at = (i: number) => `${(middle + (i - (lines.length - 1) / 2) * size * LEAD).toFixed(2)} ${(y + height / 2).toFixed(2)}`;
  return markup`${lines.map((line, i) => markup`<text transform="translate(${at(i)}) rotate(-90)">${line}</text>`)}`;
}
