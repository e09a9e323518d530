/** A run of whole numbers, both ends included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Runs of numbers that are in order. */
export function spansOf(numbers: readonly number[]): readonly Span[] {
  const spans: { from: number; to: number }[] = [];
  for (const each of numbers) grow(spans, each);
  return spans;
}

/** Adds the next number to runs. */
export function grow(spans: { from: number; to: number }[], next: number): void {
  const last = spans.at(-1);
  if (last && next === last.to + 1) last.to = next;
  else spans.push({ from: next, to: next });
}

/** The first number of runs in order that no other run holds; these may come in any order and lie over each other. */
export function firstOutside(spans: readonly Span[], others: readonly Span[]): number | undefined {
  const sorted = others.toSorted((a, b) => a.from - b.from);
  let next = 0;
  /** Up to where the others seen so far reach without a gap from the number looked at. */
  let held = 0;
  for (const { from, to } of spans) {
    held = Math.max(held, from - 1);
    for (let other = sorted[next]; other && other.from <= held + 1; other = sorted[++next]) held = Math.max(held, other.to);
    if (held < to) return held + 1;
  }
  return undefined;
}
