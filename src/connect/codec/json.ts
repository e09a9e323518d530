import { isInteger, parse as parseExact } from 'lossless-json';
import secure from 'secure-json-parse';
import { DecodeError } from './decode-error.ts';

const MAX_DEPTH = 100;

/** An unquoted number long enough to lose digits, or with an exponent that may overflow. */
const RISKY_NUMBER = /(?:^|[:[,])\s*-?(?:\d{16}|\d[\d.]*[eE]\+?\d{3})/;

/** How a text may spell names that reach for what every object has; without one of these it cannot. */
const SUSPECT = /\\u|__proto__|"constructor"/;

/**
 * Parses an agency's JSON so that nothing is lost silently: a doubled key, `__proto__`, and a number that does not fit
 * are errors; an integer beyond 2^53 arrives as a string of its digits, so that a shape that expects a number refuses it.
 */
export function decodeJson(text: string): unknown {
  const value = plainly(text);
  return value === undefined ? carefully(text) : value;
}

/**
 * The value of a text that JSON itself writes in the very same way: then it has no doubled key, no number that lost
 * digits, and no name in disguise. Undefined for any other, which is not yet wrong.
 */
function plainly(text: string): unknown {
  if (RISKY_NUMBER.test(text) || SUSPECT.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isShallow(value, MAX_DEPTH) && JSON.stringify(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

function isShallow(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (most === 0) return false;
  if (Array.isArray(value)) return value.every((each) => isShallow(each, most - 1));
  const record = value as Readonly<Record<string, unknown>>;
  for (const name in record) if (!isShallow(record[name], most - 1)) return false;
  return true;
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
