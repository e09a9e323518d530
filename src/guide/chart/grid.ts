import type { Arrow, Block } from './drawn.ts';
import { rowsOf, tailsOf } from './rows.ts';

/** A place in the grid of a chart. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** The cells that a block's frame covers, the last ones included. */
export interface Area {
  readonly block: Block;
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstColumn: number;
  readonly lastColumn: number;
}

/** Every step in a cell of its own, below everything it waits for within its block. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly areas: readonly Area[];
  readonly cellOf: ReadonlyMap<string, Cell>;
}

/** Rounds of improvement; charts of 38 steps settle after 5. */
const MOST_ROUNDS = 20;
/** What a line costs that must leave the columns of both its steps because other boxes are in the way, in columns. */
const DETOUR = 0.6;
/** What a line on the longest path weighs, so that it becomes the straightest. */
const CRITICAL = 1.5;

/** Levels one below the other, the blocks of a level side by side. Undefined when a level has more blocks than columns. */
export function gridOf(blocks: readonly Block[], arrows: readonly Arrow[], columns: number): Grid | undefined {
  const tails = tailsOf(
    blocks.flatMap(({ steps }) => steps).sort((a, b) => a.number - b.number),
    arrows,
  );
  const rowsIn: RowsIn = (block, width) => rowsOf(block, arrows, tails, width);
  const areas = areasOf(blocks, rowsIn, columns);
  if (!areas) return undefined;
  const rows = 1 + Math.max(...areas.map(({ lastRow }) => lastRow));
  const board = boardOf(areas, rowsIn, { rows, columns });
  improve(board, areas, arrows);
  const cells = [...board.rowOf].map(([code, row]) => [code, { row, column: board.columnOf.get(code) ?? 0 }] as const);
  return { rows, columns, areas, cellOf: new Map(cells) };
}

/** The rows of a block that is so many columns wide. */
type RowsIn = (block: Block, columns: number) => ReturnType<typeof rowsOf>;

function areasOf(blocks: readonly Block[], rowsIn: RowsIn, columns: number): readonly Area[] | undefined {
  const areas: Area[] = [];
  const levels = [...new Set(blocks.map(({ level }) => level))].sort((a, b) => a - b);
  for (const level of levels) {
    const beside = blocks.filter((block) => block.level === level);
    if (beside.length > columns) return undefined;
    const firstRow = 1 + Math.max(-1, ...areas.map(({ lastRow }) => lastRow));
    const widths = widthsOf(beside, rowsIn, columns);
    let firstColumn = 0;
    for (const [i, block] of beside.entries()) {
      const width = widths[i] ?? 1;
      const lastRow = firstRow + rowsIn(block, width).length - 1;
      areas.push({ block, firstRow, lastRow, firstColumn, lastColumn: firstColumn + width - 1 });
      firstColumn += width;
    }
  }
  return areas;
}

/** The columns of blocks that share a level: the one with most rows gets the next, so that the level is low. */
function widthsOf(beside: readonly Block[], rowsIn: RowsIn, columns: number): readonly number[] {
  const widths = beside.map(() => 1);
  const crowds = () => beside.map((block, i) => rowsIn(block, widths[i] ?? 1).length + block.steps.length / (widths[i] ?? 1) / 100);
  for (let left = columns - beside.length; left > 0; left--) {
    const crowd = crowds();
    const fullest = crowd.indexOf(Math.max(...crowd));
    widths[fullest] = (widths[fullest] ?? 0) + 1;
  }
  return widths;
}

/** The steps in their cells while they are moved about. */
interface Board {
  /** Codes by row and column. */
  readonly table: (string | null)[][];
  readonly columnOf: Map<string, number>;
  readonly rowOf: ReadonlyMap<string, number>;
}

/** Every row of a block in the middle of its columns. */
function boardOf(areas: readonly Area[], rowsIn: RowsIn, size: { readonly rows: number; readonly columns: number }): Board {
  const table = Array.from({ length: size.rows }, () => Array.from({ length: size.columns }, (): string | null => null));
  const [columnOf, rowOf] = [new Map<string, number>(), new Map<string, number>()];
  for (const { block, firstRow, firstColumn, lastColumn } of areas) {
    const width = lastColumn - firstColumn + 1;
    for (const [i, row] of rowsIn(block, width).entries()) {
      const left = firstColumn + Math.floor((width - row.length) / 2);
      table[firstRow + i]?.splice(left, row.length, ...row.map(({ item }) => item.code));
      for (const [j, { item }] of row.entries()) {
        columnOf.set(item.code, left + j);
        rowOf.set(item.code, firstRow + i);
      }
    }
  }
  return { table, columnOf, rowOf };
}

/** Swaps steps with others of their row, and with empty cells, as long as lines become shorter. */
function improve(board: Board, areas: readonly Area[], arrows: readonly Arrow[]): void {
  let best = costOf(board, arrows);
  for (let round = 0, isBetter = true; isBetter && round < MOST_ROUNDS; round++) {
    isBetter = false;
    for (const { row, a, b } of areas.flatMap(swapsIn)) {
      if (!swap(board, row, a, b)) continue;
      const cost = costOf(board, arrows);
      if (cost < best - 1e-9) [best, isBetter] = [cost, true];
      else swap(board, row, a, b);
    }
  }
}

interface Swap {
  readonly row: number;
  readonly a: number;
  readonly b: number;
}

function swapsIn({ firstRow, lastRow, firstColumn, lastColumn }: Area): readonly Swap[] {
  const swaps: Swap[] = [];
  for (let row = firstRow; row <= lastRow; row++)
    for (let a = firstColumn; a < lastColumn; a++) for (let b = a + 1; b <= lastColumn; b++) swaps.push({ row, a, b });
  return swaps;
}

/** False when both cells are empty. */
function swap({ table, columnOf }: Board, row: number, a: number, b: number): boolean {
  const cells = table[row] ?? [];
  const [left = null, right = null] = [cells[a], cells[b]];
  [cells[a], cells[b]] = [right, left];
  if (left !== null) columnOf.set(left, b);
  if (right !== null) columnOf.set(right, a);
  return left !== null || right !== null;
}

/** How far lines go sideways, in columns. */
function costOf({ table, columnOf, rowOf }: Board, arrows: readonly Arrow[]): number {
  let cost = 0;
  for (const { from, to, critical } of arrows) {
    const [columnA = 0, columnB = 0, rowA = 0, rowB = 0] = [columnOf.get(from), columnOf.get(to), rowOf.get(from), rowOf.get(to)];
    const isClear = rowB - rowA <= 1 || isFree(table, columnA, rowA, rowB) || isFree(table, columnB, rowA, rowB);
    cost += (Math.abs(columnA - columnB) + (isClear ? 0 : DETOUR)) * (critical ? CRITICAL : 1);
  }
  return cost;
}

function isFree(table: Board['table'], column: number, from: number, to: number): boolean {
  for (let row = from + 1; row < to; row++) if (table[row]?.[column] !== null) return false;
  return true;
}
