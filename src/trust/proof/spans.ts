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

/** What of runs is left without another one. */
export const without = (spans: readonly Span[], { from, to }: Span): readonly Span[] =>
  spans.flatMap((each) =>
    to < each.from || from > each.to
      ? [each]
      : [...(each.from < from ? [{ from: each.from, to: from - 1 }] : []), ...(each.to > to ? [{ from: to + 1, to: each.to }] : [])],
  );
