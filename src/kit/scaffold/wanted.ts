/** Whether one of an operation's labels is among those wanted, in whatever case. */
export const isWanted = (wanted: readonly string[], labels: readonly string[]): boolean =>
  wanted.some((wish) => labels.some((label) => same(wish, label)));

const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

const SHOWN = 12;

/** A sentence about the first wish that no operation fulfils. `all` are the labels of each operation, the shortest first. */
export function missing(wanted: readonly string[], all: readonly (readonly string[])[]): string | undefined {
  const lost = wanted.find((wish) => !all.some((labels) => isWanted([wish], labels)));
  if (lost === undefined) return undefined;
  const names = all.map(([name]) => name ?? '');
  const near = names.filter((name) => name.toLowerCase().includes(lost.toLowerCase()));
  const shown = (near.length > 0 ? near : names).slice(0, SHOWN);
  const more = names.length - shown.length;
  return `the contract has no operation "${lost}"; it has ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
