import { z } from 'zod';

/** What data are read for. 办理目的 */
export type Purpose =
  | { readonly kind: 'CONSULTATION' }
  /** `code`: slug of an item, id of a theme, number of a case. */
  | { readonly kind: 'ITEM' | 'THEME' | 'CASE'; readonly code: string };

/** Whose data: an enterprise by its credit code, a person by the identity number, a project by its national code. */
export interface Subject {
  readonly kind: 'enterprise' | 'person' | 'project';
  readonly key: string;
}

/** How it is known that the subject is there, or agrees. 核验方式 */
export const EVIDENCE = ['IDENTITY_CARD', 'FACE_CHECK', 'ONLINE_SIGN_IN', 'WRITTEN_AUTHORISATION'] as const;
export type EvidenceKind = (typeof EVIDENCE)[number];

/** A purpose in one word, as rows of proof and settings have it: `CONSULTATION`, `THEME newborn`. */
export const purposeText = (purpose: Purpose): string =>
  purpose.kind === 'CONSULTATION' ? purpose.kind : `${purpose.kind} ${purpose.code}`;

const Text = z.string().regex(/^(CONSULTATION|(ITEM|THEME|CASE) \S+)$/);

/** The purpose of such a word. Throws where it is none. */
export function purposeOf(text: string): Purpose {
  const [kind, code] = Text.parse(text).split(' ') as ['ITEM', string | undefined];
  return code === undefined ? { kind: 'CONSULTATION' } : { kind, code };
}

/**
 * Paths that a purpose calls for, like `Person.identity.nameZh`, or a whole section, `Enterprise.tax`. A path covers what
 * lies below it.
 */
export type Needs = ReadonlySet<string>;

/** Whether needs cover a path, by itself or by what it lies in. */
export function covers(needs: Needs, path: string): boolean {
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) if (needs.has(path.slice(0, end))) return true;
  return false;
}

const judged = new WeakMap<readonly string[], { readonly needs: Needs; readonly missing: readonly string[] }>();

/**
 * Those paths that needs do not cover. The last answer for a list is remembered with it: a document has one list for each of its
 * sections, and whoever sends it mostly has the same needs as the one before. Neither lists nor needs ever change.
 */
export function notCovered(needs: Needs, paths: readonly string[]): readonly string[] {
  const known = judged.get(paths);
  if (known?.needs === needs) return known.missing;
  const missing = paths.filter((path) => !covers(needs, path));
  judged.set(paths, { needs, missing });
  return missing;
}
