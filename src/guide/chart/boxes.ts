import type { Language } from '../../connect/index.ts';
import type { DrawnStep } from './drawn.ts';
import { fitted, widthOf } from './text.ts';
import type { ChartWords } from './words.ts';

/** Sizes in millimetres of a chart at its natural size; a page may draw it a little smaller or larger. */
export const BOX = { padding: 1.1, name: 2.8, meta: 2.6, lead: 1.2 } as const;

/** Bold type is a little wider than what `text.ts` measures. */
const BOLD = 1.05;

export interface TextLine {
  readonly text: string;
  readonly size: number;
  readonly bold: boolean;
}

/** A step as a box with its lines of text. */
export interface Box {
  readonly step: DrawnStep;
  /** Everything in one sentence, nothing shortened. */
  readonly title: string;
  readonly lines: readonly TextLine[];
  readonly width: number;
  readonly height: number;
}

export interface BoxSetting {
  readonly language: Language;
  readonly words: ChartWords;
  readonly startOn: string;
  readonly milestone: string | null;
  readonly width: number;
  /** Lines of a name, at most. */
  readonly mostLines: number;
}

export function boxOf(step: DrawnStep, setting: BoxSetting): Box {
  const { language, words, width, milestone, mostLines, startOn } = setting;
  const mark = `${step.number}${step.status === 'UNDECIDED' ? '?' : ''}${step.item.code === milestone ? '★' : ''}`;
  const name = `${mark} ${nameOf(step.item, language)}`;
  const dates = words.dates(step, startOn);
  const forwarded = step.forwardedTo ? [words.forwardedTo(nameOf(step.forwardedTo, language))] : [];
  const fit = (text: string, size: number, most: number, bold: boolean): readonly TextLine[] =>
    fitted(text, (width - 2 * BOX.padding) / size / (bold ? BOLD : 1), most).map((line) => ({ text: line, size, bold }));
  const lines = [...fit(name, BOX.name, mostLines, true), ...[dates, ...forwarded].flatMap((text) => fit(text, BOX.meta, 2, false))];
  const height = lines.reduce((sum, { size }) => sum + size * BOX.lead, 2 * BOX.padding);
  return { step, title: [name, dates, ...forwarded].join('; '), lines, width, height };
}

/** The name of an entry of the catalogue in one language. */
export const nameOf = (entry: { readonly nameZh: string; readonly nameEn: string }, language: Language): string =>
  language === 'en' ? entry.nameEn : entry.nameZh;

/** Width of a line of text in millimetres. */
export const lineWidth = ({ text, size, bold }: TextLine): number => widthOf(text) * size * (bold ? BOLD : 1);
