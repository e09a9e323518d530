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

/** Compiles a dictionary's fragments, each when a value is first held against it, equal ones once. */
export function createFieldFits(): FieldFits {
  const ajv = formAjv({ allErrors: false });
  const byText = new Map<string, ValidateFunction>();
  return ({ schema }, value) => {
    const text = JSON.stringify(schema);
    const validate = byText.get(text) ?? ajv.compile(schema);
    byText.set(text, validate);
    return validate(value);
  };
}

/** What is wrong with a fragment, in the validator's words: no JSON Schema, or an unknown keyword or format. */
export type FragmentFault = { readonly field: string; readonly what: string };

/** Fragments that are none. All of them are compiled as one, which takes a fraction of the time; only if that fails one by one. */
export function fragmentFaults(fields: readonly FormField[]): readonly FragmentFault[] {
  const distinct = new Map(fields.map((field) => [JSON.stringify(field.schema), field]));
  const all = Object.fromEntries([...distinct.values()].map(({ id, schema }) => [id, schema]));
  if (!compileFault({ type: 'object', properties: all })) return [];
  return fields.flatMap(({ id, schema }) => {
    const what = compileFault(schema);
    return what === undefined ? [] : [{ field: id, what }];
  });
}

function compileFault(schema: object): string | undefined {
  try {
    formAjv({ allErrors: false }).compile(schema);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
