import type { Language } from '../../connect/index.ts';
import type { Guide } from '../types.ts';
import { nameOf } from './boxes.ts';
import { arrowsOf, blocksOf, drawnSteps } from './drawn.ts';
import type { Rect } from './layout.ts';
import { type Legend, legendOf } from './legend.ts';
import { type Page, pageOf, type Sheet } from './page.ts';
import { wrapped } from './text.ts';
import { type ChartWords, chartWords } from './words.ts';

/** Sizes of what stands above and below a chart, in millimetres. */
export const MARGIN = 8;
export const TITLE = { size: 5.4, lead: 7 } as const;
export const NOTE = { size: 3, lead: 4.2 } as const;
export const LIST = { size: 2.4, lead: 3.2 } as const;

/** A chart with everything that stands on its sheet. */
export interface Chart extends Surroundings {
  readonly language: Language;
  /** Names the picture in a page that holds several. */
  readonly id: string;
  readonly title: string;
  /** The whole of it in words. */
  readonly description: string;
  readonly page: Page;
}

/** What stands above and below a chart. */
interface Surroundings {
  readonly notes: readonly string[];
  readonly legend: Legend;
  readonly legendY: number;
  /** Lines that list what is not needed. */
  readonly list: readonly string[];
  readonly listY: number;
  /** What is left for the chart. */
  readonly room: Rect;
}

/** Lays the chart of a guide out on a sheet of paper. */
export function chartOf(guide: Guide, language: Language): Chart {
  const words = chartWords(language);
  const steps = drawnSteps(guide);
  const arrows = arrowsOf(steps);
  const notes = notesOf(guide, steps.length, language, words);
  const list = listOf(guide, language, words);
  const around = (sheet: Sheet) => surroundings(sheet, notes, list, words);
  const setting = { language, words, startOn: guide.startOn, milestone: guide.timeline.target.milestone };
  const page = pageOf({ steps, arrows, blocks: blocksOf(steps, arrows) }, setting, (sheet) => around(sheet).room);
  const { startOn, finishOn } = guide.timeline;
  return {
    ...around(page.sheet),
    language,
    id: `chart-${guide.theme.id}`,
    title: words.title(nameOf(guide.theme, language)),
    description: [words.description(steps.length, startOn, finishOn), ...notes].join(' '),
    page,
  };
}

function notesOf(guide: Guide, count: number, language: Language, words: ChartWords): readonly string[] {
  const { target, assumedYears } = guide.timeline;
  const milestone = guide.steps.find(({ item }) => item.code === target.milestone)?.item;
  const assumed = assumedYears.length > 0 ? [words.assumed(assumedYears)] : [];
  return [words.span(guide, count), words.target(guide, milestone && nameOf(milestone, language)), ...assumed];
}

function listOf({ steps }: Guide, language: Language, words: ChartWords): string {
  const dropped = steps.filter(({ status }) => status === 'NOT_NEEDED').map(({ item }) => nameOf(item, language));
  return dropped.length > 0 ? words.notNeeded + dropped.join(language === 'en' ? '; ' : '、') : '';
}

function surroundings({ width, height }: Sheet, notes: readonly string[], list: string, words: ChartWords): Surroundings {
  const inner = width - 2 * MARGIN;
  const legend = legendOf(words, inner);
  const noteLines = notes.flatMap((note) => wrapped(note, inner / NOTE.size));
  const listLines = list ? wrapped(list, inner / LIST.size) : [];
  const listY = height - MARGIN - listLines.length * LIST.lead;
  const legendY = listY - legend.height - 1;
  const top = MARGIN + TITLE.lead + noteLines.length * NOTE.lead + 1.5;
  const room = { x: MARGIN, y: top, width: inner, height: legendY - top - 2 };
  return { notes: noteLines, legend, legendY, list: listLines, listY, room };
}
