import type { FormField, FormFieldCondition } from '../../catalogue/index.ts';

/** What decides whether a field is shown. */
export interface Deciding {
  field(id: string): FormField | undefined;
  /** The value of a field that the applicant cannot change any more; undefined where it is still open. */
  fixed(field: FormField): unknown;
}

/**
 * Conditions that must all hold for the field to be there, outermost first: its own, and those of the fields that it looks
 * at. Those that hold already are left out; undefined when one of them cannot hold any more.
 */
export function openConditions(field: FormField, deciding: Deciding): readonly FormFieldCondition[] | undefined {
  const { when } = field;
  if (!when) return [];
  const other = deciding.field(when.field);
  const before = other && openConditions(other, deciding);
  if (!other || !before) return undefined;
  const fixed = deciding.fixed(other);
  if (fixed === undefined) return [...before, when];
  return fixed === when.equals ? before : undefined;
}
