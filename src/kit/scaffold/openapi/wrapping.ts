import { type Json, type JsonObject, list, text } from './documents.ts';
import type { Use } from './schemas.ts';

/** Words beside a reference that change nothing of the shape. */
const WORDS = new Set([
  '$ref',
  'description',
  'title',
  'example',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  'summary',
  'default',
  'xml',
  'externalDocs',
]);
const isWord = (name: string): boolean => WORDS.has(name) || name.startsWith('x-');

export const isPlainReference = (schema: JsonObject): boolean => typeof schema['$ref'] === 'string' && Object.keys(schema).every(isWord);

/** `allOf` of one thing, with words and perhaps `nullable` beside it, is that thing. */
export function wrappedIn(schema: JsonObject): Json | undefined {
  const parts = list(schema['allOf']);
  if (parts.length !== 1 || schema['x-heir'] === true) return undefined;
  return Object.keys(schema).every((name) => isWord(name) || name === 'allOf' || name === 'nullable') ? parts[0] : undefined;
}

export const withWords = (use: Use, schema: JsonObject): Use => ({
  shape: use.shape,
  nullable: use.nullable || schema['nullable'] === true,
  description: text(schema['description']) ?? use.description,
});
