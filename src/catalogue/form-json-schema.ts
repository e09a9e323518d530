import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { citizenIdFault, usccFault } from '../codes/index.ts';
import type { FormField } from './entries.ts';

/** Annotations of ours beside those of the standard: they constrain nothing. */
const ANNOTATIONS = ['titleEn', 'descriptionEn'];

/**
 * A validator of the JSON Schema (2020-12) that forms are written in: strict, with the formats `date` and `email` of the
 * standard and `citizen-id` and `uscc` of ours. `allErrors` tells everything that is wrong instead of the first thing.
 */
export function formAjv({ allErrors }: { readonly allErrors: boolean }): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, allErrors, verbose: allErrors });
  ajvFormats.default(ajv, ['date', 'email']);
  ajv.addVocabulary(ANNOTATIONS);
  ajv.addFormat('citizen-id', { type: 'string', validate: (text: string) => citizenIdFault(text) === undefined });
  ajv.addFormat('uscc', { type: 'string', validate: (text: string) => usccFault(text) === undefined });
  return ajv;
}

/** Whether a value is one that the field may have, whatever stands on the rest of the form. */
export type FieldFits = (field: FormField, value: unknown) => boolean;

/** A dictionary's fragments, compiled, equal ones once; `faults` tells of those that are no strict JSON Schema, in the validator's words. */
export function compileFields(fields: readonly FormField[]): {
  readonly fits: FieldFits;
  readonly faults: readonly { readonly field: string; readonly what: string }[];
} {
  const ajv = formAjv({ allErrors: false });
  const byText = new Map<string, ValidateFunction>();
  const byField = new Map<string, ValidateFunction>();
  const faults = fields.flatMap(({ id, schema }) => {
    try {
      const text = JSON.stringify(schema);
      const validate = byText.get(text) ?? ajv.compile(schema);
      byText.set(text, validate);
      byField.set(id, validate);
      return [];
    } catch (error) {
      return [{ field: id, what: (error as Error).message }];
    }
  });
  return { fits: ({ id }, value) => byField.get(id)?.(value) === true, faults };
}
