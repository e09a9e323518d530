import type { Language } from '../../connect/index.ts';
import { BOX, type BoxSetting, boxOf, nameOf } from './boxes.ts';
import type { Arrow, Block, DrawnStep } from './drawn.ts';
import { gridOf } from './grid.ts';
import { type ChartLayout, type Content, layoutOf, leastWidth, type Plan, type Rect, sizeOf } from './layout.ts';
import { stripWidth } from './name-strip.ts';
import { routesOf } from './routes.ts';

/** A sheet of paper, in millimetres. */
export interface Sheet {
  readonly width: number;
  readonly height: number;
}

/** A chart in its place on a sheet. */
export interface Page {
  readonly sheet: Sheet;
  readonly layout: ChartLayout;
  /** Upper left corner of the chart. */
  readonly at: { readonly x: number; readonly y: number };
  /** How much larger than its natural size it is drawn. */
  readonly scale: number;
}

export interface Drawn {
  readonly steps: readonly DrawnStep[];
  readonly arrows: readonly Arrow[];
  readonly blocks: readonly Block[];
}

/** Text on paper is at least this high, in millimetres. */
const SMALLEST_TEXT = 2.2;
const LARGEST_SCALE = 1.5;
/** Who hangs a chart on a wall has A3; larger sheets are for plotters. */
const PAPERS: readonly Sheet[] = [
  { width: 210, height: 297 },
  { width: 297, height: 420 },
  { width: 420, height: 594 },
  { width: 594, height: 841 },
  { width: 841, height: 1189 },
];
const COLUMNS = [1, 2, 3, 4, 5, 6, 7, 8] as const;
const WIDTHS = [32, 35, 38, 41, 44, 47, 50, 54, 58, 62] as const;
/** Names in full where they fit; else shortened, the full ones as tooltips. English needs twice the room of Chinese. */
const MOST_LINES: Readonly<Record<Language, readonly number[]>> = { zh: [3, 2], en: [5, 3, 2] };

/**
 * The chart as large as it can be: on A4, upright or across, with full names if text is then high enough to read; else
 * with shortened names; else on the next larger paper. `free` says what a sheet has room for beside its header and legend.
 */
export function pageOf(drawn: Drawn, setting: Omit<BoxSetting, 'width' | 'mostLines'>, free: (sheet: Sheet) => Rect): Page {
  const plans = plansOf(drawn);
  let last: Page | undefined;
  for (const paper of PAPERS)
    for (const mostLines of MOST_LINES[setting.language]) {
      const page = largest(drawn.steps, plans, { ...setting, mostLines }, paper, free);
      if (page && page.scale * BOX.meta >= SMALLEST_TEXT) return page;
      last = page ?? last;
    }
  if (!last) throw new Error('a chart needs at least one step');
  return last;
}

const plansOf = ({ blocks, arrows }: Drawn): readonly Plan[] =>
  COLUMNS.flatMap((columns) => {
    const grid = gridOf(blocks, arrows, columns);
    return grid ? [{ grid, routes: routesOf(grid, arrows) }] : [];
  });

interface Try {
  readonly plan: Plan;
  readonly content: Content;
  readonly sheet: Sheet;
  readonly scale: number;
  /** How much of its sheet the chart fills. */
  readonly filled: number;
}

function largest(
  steps: readonly DrawnStep[],
  plans: readonly Plan[],
  setting: Omit<BoxSetting, 'width'>,
  paper: Sheet,
  free: (sheet: Sheet) => Rect,
): Page | undefined {
  const sheets = [paper, { width: paper.height, height: paper.width }].map((sheet) => ({ sheet, room: free(sheet) }));
  const widest = Math.max(...sheets.map(({ room }) => room.width));
  let best: Try | undefined;
  for (const width of WIDTHS) {
    const content = contentOf(steps, { ...setting, width });
    for (const plan of plans) {
      if (best && leastWidth(plan, width) * best.scale > widest + 1e-9) continue;
      const size = sizeOf(plan, content);
      for (const { sheet, room } of sheets) {
        const scale = Math.min(room.width / size.width, room.height / size.height, LARGEST_SCALE);
        const next = { plan, content, sheet, scale, filled: (size.width * size.height * scale ** 2) / (sheet.width * sheet.height) };
        if (!best || isBetter(next, best)) best = next;
      }
    }
  }
  return best && pageFrom(best, free(best.sheet));
}

/** Larger; or as large in fewer rows; or fitting its paper better. */
function isBetter(a: Try, b: Try): boolean {
  if (Math.abs(a.scale - b.scale) > 1e-9) return a.scale > b.scale;
  return a.plan.grid.rows === b.plan.grid.rows ? a.filled > b.filled : a.plan.grid.rows < b.plan.grid.rows;
}

const contentOf = (steps: readonly DrawnStep[], setting: BoxSetting): Content => ({
  boxes: new Map(steps.map((step) => [step.item.code, boxOf(step, setting)])),
  boxWidth: setting.width,
  stripOf: (block, height) => stripWidth(nameOf(block, setting.language), height, setting.language),
});

function pageFrom({ plan, content, sheet, scale }: Try, { x, y }: Rect): Page {
  return { sheet, layout: layoutOf(plan, content), scale, at: { x, y } };
}
