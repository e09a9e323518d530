import { citizenIdFault, maskCitizenId } from './citizen-id.ts';
import { surnameLength } from './surname.ts';

/** Kinds of personal values; the schema's `MaskKind`. */
export const MASK_KINDS = ['ID_NUMBER', 'PERSONAL_NUMBER', 'PHONE', 'PERSON_NAME', 'ADDRESS', 'ACCOUNT', 'EMAIL'] as const;
export type MaskKind = (typeof MASK_KINDS)[number];

/** What a value holds: one kind at any depth, or in rows a kind for each cell by its name; other cells are nobody's. */
export type Masks = MaskKind | Readonly<Record<string, MaskKind>>;

/** What stands for a character that is not shown. */
export const HIDDEN = '*';

/** Of a value that is shorter than what its rule shows and this many characters, nothing is shown. */
const LEAST_HIDDEN = 4;

const MASKS: Readonly<Record<MaskKind, (text: string) => string>> = {
  // What is no identity number passes: a licence number stays a licence number.
  ID_NUMBER: (text) => (citizenIdFault(text) === undefined ? maskCitizenId(text) : text),
  // A social security number may be the identity number, and must not show more of it.
  PERSONAL_NUMBER: (text) => ends(text, 1, 2),
  PHONE: (text) => ends(text, 3, 4),
  PERSON_NAME: (text) => begins(text, surnameLength(text)),
  ADDRESS: (text) => begins(text, [...(TO_THE_TOWN.exec(text)?.[0] ?? '')].length),
  ACCOUNT: (text) => ends(text, 0, 4),
  EMAIL: maskEmail,
};

/** One text as it is shown masked. Never longer than it was, and masked once more it stays the same. */
export const maskText = (text: string, kind: MaskKind): string => MASKS[kind](text);

/** Every text within a value masked, but for kinds that may be seen in clear. What is no text stays. */
export function masked(value: unknown, masks: Masks, isClear: (kind: MaskKind) => boolean = never): unknown {
  if (typeof value === 'string') return typeof masks !== 'string' || isClear(masks) ? value : maskText(value, masks);
  if (Array.isArray(value)) return value.map((it) => masked(it, masks, isClear));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, maskedCell(it, key, masks, isClear)]));
}

function maskedCell(value: unknown, key: string, masks: Masks, isClear: (kind: MaskKind) => boolean): unknown {
  const own = maskOf(masks, key);
  return own === undefined ? value : masked(value, own, isClear);
}

/** The mask of a cell of a row. */
export function maskOf(masks: Masks, key: string): MaskKind | undefined {
  if (typeof masks === 'string') return masks;
  return Object.hasOwn(masks, key) ? masks[key] : undefined;
}

const never = (): boolean => false;

function ends(text: string, first: number, last: number): string {
  const characters = [...text];
  const hidden = characters.length - first - last;
  if (hidden < LEAST_HIDDEN) return HIDDEN.repeat(characters.length);
  return [...characters.slice(0, first), HIDDEN.repeat(hidden), ...characters.slice(characters.length - last)].join('');
}

function begins(text: string, first: number): string {
  const characters = [...text];
  return [...characters.slice(0, first), HIDDEN.repeat(characters.length - first)].join('');
}

function maskEmail(text: string): string {
  const at = text.lastIndexOf('@');
  return at < 1 ? HIDDEN.repeat([...text].length) : `${begins(text.slice(0, at), 1)}${text.slice(at)}`;
}

/**
 * Province, city, district and town, each once and in this order. What could as well be part of an estate's name is not taken
 * for one: too much is hidden rather than too little.
 */
const TO_THE_TOWN = (() => {
  const name = '\\p{Script=Han}(?:(?![省市区县旗镇乡街道路巷弄村号])\\p{Script=Han}){0,7}?';
  const province = `(?:${name}(?:省|自治区|特别行政区))?`;
  const city = `(?:${name}(?:市(?!场)|自治州|地区|盟))?`;
  const district = `(?:${name}(?:(?<![小社园宅活属舍厂校])区|县|旗|市(?!场)))?`;
  const town = `(?:${name}(?:街道|镇|乡))?`;
  return new RegExp(`^${province}${city}${district}${town}`, 'u');
})();
