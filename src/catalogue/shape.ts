import type { z } from 'zod';
import { keyOf, type Place, type Problems } from './problems.ts';

/** Tells every way in which an entry does not fit its shape; `within` is the path to it in its file, where it has no name. */
export function tellShape(error: z.ZodError, place: Place, problems: Problems, within: readonly PropertyKey[] = []): void {
  for (const issue of error.issues) {
    const path = [...within, ...issue.path];
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys) problems.add(place, keyOf([...path, key]), 'no such key here: take it out or mend its name');
    else problems.add(place, keyOf(path), sentenceOf(issue));
  }
}

function sentenceOf({ message }: z.core.$ZodIssue): string {
  if (message.endsWith('received undefined')) return 'is missing: add it';
  return message.replace(/^Invalid (input|option): /, '');
}
