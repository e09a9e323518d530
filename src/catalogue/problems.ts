/** Where something is wrong: an entry of a file, or the file as a whole. */
export interface Place {
  readonly file: string;
  /** `item "company-establish"`, or `entry 3` where it has no name yet. */
  readonly entry?: string;
}

/** Everything that is wrong with a catalogue, gathered so that one start tells all of it. */
export interface Problems {
  /** `key` is the path within the entry, `materials[2].materialId`; `what` says what is wrong and what to do. */
  add(place: Place, key: string, what: string): void;
  /** Throws one error with a line per problem. */
  throwIfAny(): void;
}

const MOST_TOLD = 20;

export function gatherProblems(): Problems {
  const lines = new Set<string>();
  return {
    add: ({ file, entry }, key, what) => void lines.add([file, entry, key, what].filter(Boolean).join(': ')),
    throwIfAny() {
      if (lines.size > 0) throw new Error(told([...lines]));
    },
  };
}

function told(lines: readonly string[]): string {
  const more = lines.length - MOST_TOLD;
  const shown = [...lines.slice(0, MOST_TOLD), ...(more > 0 ? [`and ${more} more`] : [])];
  const count = lines.length === 1 ? 'a problem' : `${lines.length} problems`;
  return `The catalogue has ${count}:\n${shown.map((line) => `  ${line}`).join('\n')}`;
}

/** The path of a key as JavaScript would write it: `steps[2].when.equals`. */
export const keyOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((key, part) => (typeof part === 'number' ? `${key}[${part}]` : `${key}${key && '.'}${String(part)}`), '');
