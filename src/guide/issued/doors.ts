import type { Agency } from '../../catalogue/index.ts';
import type { DrawnStep } from '../chart/drawn.ts';

/** A place where steps are filed. */
export interface Door {
  /** A, B, C: how the steps name it. */
  readonly letter: string;
  readonly agency: Agency;
  /** Codes of the items that are filed there. */
  readonly handles: readonly string[];
}

/** The doors of a plan, in the order in which they are needed. What the hall forwards needs none. */
export function doorsOf(steps: readonly DrawnStep[], agency: (id: string) => Agency | undefined): readonly Door[] {
  const filed = steps.filter(({ forwardedTo }) => forwardedTo === null).map(({ item }) => item);
  return [...new Set(filed.map(({ handledAt }) => handledAt))].flatMap((id, i) => {
    const found = agency(id);
    const handles = filed.filter(({ handledAt }) => handledAt === id).map(({ code }) => code);
    return found ? [{ letter: letterOf(i), agency: found, handles }] : [];
  });
}

const letterOf = (i: number): string => (i < 26 ? String.fromCharCode(65 + i) : `${letterOf(Math.floor(i / 26) - 1)}${letterOf(i % 26)}`);
