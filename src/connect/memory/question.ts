/** What makes two questions the same: everything that may change the answer, or one person's data reaches another. */
export interface Question {
  readonly connector: string;
  readonly agency: string;
  /** What is asked: `Enterprise.tax`. */
  readonly section: string;
  readonly key: unknown;
  /** Who may see the same: role and granted fields. */
  readonly identity: string;
  readonly purpose: string;
}

/** The key of a question. JSON of a list keeps its parts apart: no two different questions give the same text. */
export const questionKey = ({ connector, agency, section, key, identity, purpose }: Question): string =>
  JSON.stringify([connector, agency, section, key, identity, purpose]);

/** A question with its key. */
export interface Wanted {
  readonly text: string;
  readonly question: Question;
}

/** What is to be forgotten: the answers that agree with everything named here; where nothing is named, all. */
export interface Eviction {
  /** Its id in the catalogue. */
  readonly agency?: string | undefined;
  /** A subject's key: a credit code, an identity number, a project code. */
  readonly subject?: string | undefined;
  /** A word that lookups carry. */
  readonly tag?: string | undefined;
}

/** The part of a question that an eviction looks at. */
export interface Evictable {
  readonly agency: string;
  readonly key: unknown;
  readonly tags: readonly string[];
}

/** Whether an eviction means an answer. */
export const hits = ({ agency, subject, tag }: Eviction, answer: Evictable): boolean =>
  (agency === undefined || agency === answer.agency) &&
  (subject === undefined || subject === answer.key) &&
  (tag === undefined || answer.tags.includes(tag));
