/** Small helpers that write a question: what is not given is not sent, and no value can change where the question goes. */
import { AgencyError } from './errors.ts';
import type { Call } from './types.ts';

type Plain = string | number | boolean;
type MaybePlain = Plain | readonly (Plain | null)[] | null | undefined;

/** Refuses a value before the agency is asked: it would ask something else, or nothing. */
const refuse = (call: Call, reason: string): never => {
  throw new AgencyError(call, 'REFUSED', { private: { reason } });
};

/** The path of a template like `/units/{id}`. An empty value, or dots that climb, would lead to another place. */
export function pathTo(template: string, values: Readonly<Record<string, MaybePlain>>, call: Call): string {
  return template.replace(/\{([^{}]+)\}/g, (_, name: string) => {
    const text = [values[name] ?? ''].flat().join(',');
    return /^\.{0,2}$/.test(text) ? refuse(call, `no usable value for {${name}} in the path`) : encoded(text, call);
  });
}

function encoded(text: string, call: Call): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return refuse(call, 'a value with half a character');
  }
}

/** Query parameters that are given; a list repeats its name. */
export function queryOf(values: Readonly<Record<string, MaybePlain>>): Record<string, string | readonly string[]> {
  const out: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(given(values)))
    out[name] = Array.isArray(value) ? value.filter((it) => it !== null).map(String) : String(value);
  return out;
}

/** Headers that are given. A header holds printable Latin text; anything else is refused here. */
export function headersOf(values: Readonly<Record<string, MaybePlain>>, call: Call): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(given(values))) {
    const text = [value].flat().join(',');
    out[name] = /^[\x20-\x7e\xa0-\xff]*$/.test(text) ? text : refuse(call, `the header ${name} cannot hold this value`);
  }
  return out;
}

type Given<T> = { [Name in keyof T]?: NonNullable<T[Name]> };

/** What is given of a message: members without a value are left away. */
export function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined)) as Given<T>;
}

/** The number of a text of digits, where JSON wants a number. One that would lose digits is refused. */
export function wholeNumber(text: string, call: Call): number {
  const number = Number(text);
  return /^-?\d+$/.test(text) && Number.isSafeInteger(number) ? number : refuse(call, 'not a whole number that can be sent');
}
