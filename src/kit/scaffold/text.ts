/** Text of a contract is a stranger's text: it is cleaned before it stands in a schema, a comment or a page. */

const HAN = /[\u4e00-\u9fff]/;
const LONGEST = 240;
/** Control characters, and marks that turn the direction of writing or cannot be seen. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to remove
const UNSEEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/g;

/** One line without tags, control characters and hidden marks, at most 240 characters. */
export function clean(text: string | undefined): string {
  const line = (text ?? '')
    .replace(/<[^<>]{0,200}>/g, ' ')
    .replace(UNSEEN, '')
    .replace(/\p{Cs}/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  const characters = [...line];
  return characters.length <= LONGEST
    ? line
    : `${characters
        .slice(0, LONGEST - 1)
        .join('')
        .trimEnd()}…`;
}

/** What the thing described is, in Chinese. */
export type Described = '接口' | '接口类型' | '接口字段' | '接口参数' | '接口代码' | '接口操作';

/** A description as the schema wants it, English first and 中文 after it: the contract's own words, else the wire name. */
export function description(own: string | undefined, wire: string, name: string, kind: Described): string {
  const text = clean(own).replace(/[\\"]/g, "'");
  const label = clean(wire).replace(/[\\"]/g, "'") || name;
  const english = /^[^\u4e00-\u9fff]*[A-Za-z]/.test(text) ? text : [name, text].filter(Boolean).join(': ');
  return HAN.test(english) ? english : `${english.replace(/[.\s]+$/, '')}. ${kind} ${label}。`;
}

/** Text for a comment of TypeScript. */
export const comment = (text: string): string => clean(text).replaceAll('*/', '* /');

/** Text for a cell or line of Markdown. */
export const markdown = (text: string): string => clean(text).replace(/[\\`|*_[\]<>]/g, (sign) => `\\${sign}`);

/** Text as code in Markdown. */
export const code = (text: string): string => `\`${clean(text).replaceAll('`', "'").replaceAll('|', '¦') || ' '}\``;

/** A string of TypeScript. */
export const literal = (text: string): string => JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

/** A key of an object in TypeScript. */
export const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name));

/** How a property is read. */
export const read = (object: string, name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name) ? `${object}.${name}` : `${object}[${literal(name)}]`;

/** Which of some functions or namespaces a text of TypeScript uses; comments and strings do not count. */
export function usedIn(text: string, names: readonly string[]): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
  return names.filter((name) => new RegExp(`(?<!\\w\\.|\\w)${name}[(.]`).test(code));
}
