/** Which lists hold a word, by their positions. */
export function holdersOf(lists: Iterable<readonly string[]>): ReadonlyMap<string, readonly number[]> {
  const holders = new Map<string, number[]>();
  let position = 0;
  for (const list of lists) {
    for (const word of list) {
      const known = holders.get(word);
      if (known) known.push(position);
      else holders.set(word, [position]);
    }
    position++;
  }
  return holders;
}
