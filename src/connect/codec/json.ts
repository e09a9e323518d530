import { isInteger, parse as parseExact } from 'lossless-json';
import secure from 'secure-json-parse';
import { DecodeError } from './decode-error.ts';

const MAX_DEPTH = 100;

/** An unquoted number long enough to lose digits, or with an exponent that may overflow. */
const RISKY_NUMBER = /(?:^|[:[,])\s*-?(?:\d{16}|\d[\d.]*[eE]\+?\d{3})/;

/** How a text may spell names that reach for what every object has; without one of these it cannot. */
const SUSPECT = /\\u|__proto__|"constructor"/;

/** The same, or a space after a quote: then a name and its colon may stand apart. */
const UNUSUAL = new RegExp(`${SUSPECT.source}|"\\s`);

/**
 * Parses an agency's JSON so that nothing is lost silently: a doubled key, `__proto__`, and a number that does not fit
 * are errors; an integer beyond 2^53 arrives as a string of its digits, so that a shape that expects a number refuses it.
 */
export function decodeJson(text: string): unknown {
  const value = plainly(text);
  return value === undefined ? carefully(text) : value;
}

/**
 * The value of a text that is written as most are, if there is nothing to say against it; undefined for any other, which
 * is not yet wrong. Every name has its colon right after its quote here, so as many `":` as names means that none is there
 * twice; a text that holds one itself has more.
 */
function plainly(text: string): unknown {
  if (UNUSUAL.test(text) || RISKY_NUMBER.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return namesOf(value, MAX_DEPTH) === colonsIn(text) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** How many names a value has; not a number where it is nested deeper than `most`. */
function namesOf(value: unknown, most: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (most === 0) return Number.NaN;
  let names = 0;
  if (Array.isArray(value)) {
    for (const each of value) names += namesOf(each, most - 1);
    return names;
  }
  const record = value as Readonly<Record<string, unknown>>;
  for (const name in record) names += 1 + namesOf(record[name], most - 1);
  return names;
}

function colonsIn(text: string): number {
  let colons = 0;
  for (let at = text.indexOf('":'); at >= 0; at = text.indexOf('":', at + 2)) colons++;
  return colons;
}

function carefully(text: string): unknown {
  const keysInText = countKeysInText(text);
  const value = RISKY_NUMBER.test(text) ? parseCarefully(text) : parsePlain(text);
  if (countKeys(value) !== keysInText) throw new DecodeError('the reply has a doubled key');
  return value;
}

function parsePlain(text: string): unknown {
  try {
    if (!SUSPECT.test(text) && text.charCodeAt(0) !== BYTE_ORDER_MARK) return JSON.parse(text);
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
  const number = Number(digits);
  if (isInteger(digits) && !Number.isSafeInteger(number)) return digits;
  if (!Number.isFinite(number)) throw new RangeError('number too large');
  return number;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countKeys(item), 0);
  let count = 0;
  for (const item of Object.values(value)) count += 1 + countKeys(item);
  return count;
}

const BYTE_ORDER_MARK = 0xfeff;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** The keys as written: JSON has one colon outside strings for each. Refuses a nesting that would exhaust the stack later. */
function countKeysInText(text: string): number {
  let keys = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) at = endOfString(text, at);
    else if (char === COLON) keys++;
    else if (CLOSING.has(char)) depth--;
    else if (OPENING.has(char) && ++depth > MAX_DEPTH) throw new DecodeError(`the reply is nested deeper than ${MAX_DEPTH}`);
  }
  return keys;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (let char = text.charCodeAt(at); at < text.length && char !== QUOTE; char = text.charCodeAt(at)) at += char === BACKSLASH ? 2 : 1;
  return at;
}
