import { isInteger, isSafeNumber, parse as parseExact } from 'lossless-json';
import secure from 'secure-json-parse';
import { DecodeError } from './decode-error.ts';

/** An unquoted number long enough to lose digits, or with an exponent that may overflow. */
const RISKY_NUMBER = /[:[,]\s*-?(?:\d{16}|\d[\d.]*[eE]\+?\d{3})/;
const STRING_AND_COLON = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/**
 * Parses an agency's JSON so that nothing is lost silently: a doubled key, `__proto__`, and a number that does not fit
 * are errors; an integer beyond 2^53 arrives as a string of its digits, so that a shape that expects a number refuses it.
 */
export function decodeJson(text: string): unknown {
  const value = RISKY_NUMBER.test(text) ? parseCarefully(text) : parsePlain(text);
  if (countKeys(value) !== countKeysInText(text)) throw new DecodeError('the reply has a doubled key');
  return value;
}

function parsePlain(text: string): unknown {
  try {
    return secure.parse(text, undefined, { protoAction: 'error', constructorAction: 'error' });
  } catch {
    throw new DecodeError('the reply is not valid JSON');
  }
}

function parseCarefully(text: string): unknown {
  parsePlain(text);
  try {
    return parseExact(text, undefined, exactNumber);
  } catch {
    throw new DecodeError('the reply has a number that does not fit or a doubled key');
  }
}

function exactNumber(digits: string): number | string {
  if (isInteger(digits) && !isSafeNumber(digits)) return digits;
  const number = Number(digits);
  if (!Number.isFinite(number)) throw new RangeError('number too large');
  return number;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countKeys(item), 0);
  let count = 0;
  for (const key in value) count += 1 + countKeys((value as Record<string, unknown>)[key]);
  return count;
}

function countKeysInText(text: string): number {
  let count = 0;
  for (const match of text.matchAll(STRING_AND_COLON)) if (match[1]) count++;
  return count;
}
