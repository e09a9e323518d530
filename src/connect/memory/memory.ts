import { LRUCache } from 'lru-cache';
import type { Provenance, Reading } from '../types.ts';

/** What is remembered of one question: an answer or an absence, never a failure. */
export interface Remembered {
  readonly reading: Exclude<Reading<unknown>, { kind: 'failed' }>;
  readonly provenance: Provenance;
}

/** What makes two questions the same: everything that may change the answer, or one person's data reaches another. */
export interface QuestionParts {
  readonly connector: string;
  readonly agency: string;
  readonly section: string;
  readonly key: unknown;
  /** Who may see the same: role, and once they exist the granted fields. */
  readonly identity: string;
  readonly purpose: string;
}

/** The key of a question. JSON of a list keeps its parts apart: no two different questions give the same text. */
export const questionKey = ({ connector, agency, section, key, identity, purpose }: QuestionParts): string =>
  JSON.stringify([connector, agency, section, key, identity, purpose]);

const MOST_ENTRIES = 20_000;

/** The answers of agencies, remembered in this process up to a bound; the least used go first. */
export class Memory {
  readonly #entries = new LRUCache<string, Remembered>({ max: MOST_ENTRIES });

  recall(question: string): Remembered | undefined {
    return this.#entries.get(question);
  }

  remember(question: string, entry: Remembered): void {
    this.#entries.set(question, entry);
  }
}
