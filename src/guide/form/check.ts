import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { LRUCache } from 'lru-cache';
import { formAjv } from '../../catalogue/index.ts';
import type { Sentence } from '../types.ts';
import { type Place, placeAt } from './place.ts';
import type { JsonSchema } from './schema.ts';
import { foreignFault, sentenceOf, unwritableFault } from './sentence.ts';
import { unwritable } from './unwritable.ts';

/** Something that is wrong with a filled form. It never holds what was written. */
export interface FormProblem {
  /** Where, as a JSON Pointer: `/employees/3/contract-until`; empty for the form as a whole. */
  readonly pointer: string;
  readonly sentence: Sentence;
}

export interface FormChecker {
  /**
   * Everything that is wrong with a completed form, none twice; no problem: it keeps the schema. Schemas are the catalogue's
   * or {@link oneForm}'s, never a client's: they become code.
   */
  check(schema: JsonSchema, value: unknown): readonly FormProblem[];
}

/** A schema of all construction items takes some 100 ms to compile, and most forms of a day are of a few themes. */
const REMEMBERED = 64;

/** A checker that compiles each schema once and remembers the last {@link REMEMBERED}. */
export function createFormChecker(): FormChecker {
  const ajv = formAjv({ allErrors: true });
  const compiled = new LRUCache<string, ValidateFunction>({
    max: REMEMBERED,
    // The validator remembers every schema too, without a bound.
    dispose: ({ schema }) => void ajv.removeSchema(schema),
  });
  return {
    check(schema, value) {
      const text = JSON.stringify(schema);
      const validate = compiled.get(text) ?? ajv.compile(schema);
      compiled.set(text, validate);
      const errors = validate(value) ? [] : (validate.errors ?? []);
      const problems = [...errors.filter(isTold).map((error) => problemOf(error, schema)), ...unwritableIn(value, schema)];
      return [...new Map(problems.map((problem) => [`${problem.pointer} ${problem.sentence.en}`, problem])).values()];
    },
  };
}

/** What a choice is made of is told as one, and that a `then` did not hold by what is wrong in it. */
const isTold = ({ keyword, schemaPath }: ErrorObject): boolean => keyword !== 'if' && !/\/(oneOf|anyOf)\/\d+\//.test(schemaPath);

function problemOf(error: ErrorObject, schema: JsonSchema): FormProblem {
  const { keyword, params, instancePath } = error;
  const foreign: unknown = params['unevaluatedProperty'] ?? params['additionalProperty'];
  if (typeof foreign === 'string') return foreignProblem(instancePath, foreign, schema);
  const pointer = keyword === 'required' ? `${instancePath}/${params['missingProperty']}` : instancePath;
  return { pointer, sentence: sentenceOf(error, placeAt(schema, pointer)) };
}

/** A key that the form knows elsewhere may be named; any other is the client's own text. */
function foreignProblem(parent: string, key: string, schema: JsonSchema): FormProblem {
  const place = placeAt(schema, `${parent}/${key}`);
  const pointer = place.isKnown ? `${parent}/${key}` : parent;
  return { pointer, sentence: foreignFault(place.isKnown ? place : placeAt(schema, parent), place.isKnown) };
}

const unwritableIn = (value: unknown, schema: JsonSchema): readonly FormProblem[] =>
  unwritable(value)
    .map((pointer): [string, Place] => [pointer, placeAt(schema, pointer)])
    .filter(([, place]) => place.isKnown)
    .map(([pointer, place]) => ({ pointer, sentence: unwritableFault(place) }));
