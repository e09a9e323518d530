import { type Entries, KINDS, type Kind } from '../kinds.ts';
import type { Place, Problems } from '../problems.ts';
import type { Found, Placed } from '../shelves.ts';

/** Nothing stands twice: no name among a kind, and nothing that must differ within an entry. */
export function checkDuplicates(found: Found, problems: Problems): void {
  for (const kind of Object.keys(KINDS) as Kind[]) checkNames(kind, found, problems);
  checkDepartments(found, problems);
  for (const { entry, place } of found.items.placed)
    tellTwice(
      entry.materials.map(({ materialId }) => materialId),
      (i) => `materials[${i}].materialId`,
      place,
      problems,
    );
}

/** A name must lead to one entry, whichever of its keys holds it: a slug may not be another item's code. */
function checkNames<K extends Kind>(kind: K, found: Found, problems: Problems): void {
  const holders = new Map<string, Placed<unknown>>();
  for (const placed of found[kind].placed) {
    const entry: Entries[K] = placed.entry as Entries[K];
    for (const key of KINDS[kind].names) {
      const name = entry[key as keyof Entries[K]] as string;
      const other = holders.get(name);
      if (other && other !== placed) problems.add(placed.place, key, twice(name, other.place));
      else holders.set(name, placed);
    }
  }
}

function checkDepartments({ agencies }: Found, problems: Problems): void {
  const holders = new Map<string, Place>();
  for (const { entry, place } of agencies.placed) {
    if (entry.deptCode === undefined) continue;
    const other = holders.get(entry.deptCode);
    if (other) problems.add(place, 'deptCode', twice(entry.deptCode, other));
    else holders.set(entry.deptCode, place);
  }
}

const twice = (name: string, { file, entry }: Place) => `"${name}" stands for the ${entry} of ${file} already: choose another`;

/** Tells values that stand twice in a list. */
export function tellTwice(values: readonly string[], keyAt: (i: number) => string, place: Place, problems: Problems): void {
  for (const [i, value] of values.entries())
    if (values.indexOf(value) < i) problems.add(place, keyAt(i), `"${value}" stands here twice: take one out`);
}
