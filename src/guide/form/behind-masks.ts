import { HIDDEN, type MaskKind, type Masks, maskOf, maskText } from '../../codes/index.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * What was written, with what stands behind every masked text that came back as it was shown. A row is known by all its masks
 * together, a text alone by its own; where two are shown alike neither is guessed, and the mask stays for the check to refuse.
 */
export function withoutMasks(written: unknown, known: unknown, masks: Masks): unknown {
  const rows = Array.isArray(known) ? known.filter(isRow) : [];
  return rows.length > 0 && Array.isArray(written)
    ? written.map((row) => (isRow(row) ? rowBehind(row, rows, masks) : row))
    : textsBehind(written, new Map(textsIn(known, masks)), masks);
}

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

function rowBehind(row: Row, rows: readonly Row[], masks: Masks): Row {
  const hidden = Object.entries(row).flatMap(([key, cell]) => {
    const kind = maskOf(masks, key);
    return kind !== undefined && isMasked(cell) ? [[key, cell, kind] as const] : [];
  });
  if (hidden.length === 0) return row;
  const shownSo = rows.filter((each) => hidden.every(([key, cell, kind]) => shown(each[key], kind) === cell));
  const behind = new Map(shownSo.map((each) => [JSON.stringify(hidden.map(([key]) => each[key])), each]));
  const [only, other] = [...behind.values()];
  return only && !other ? { ...row, ...Object.fromEntries(hidden.map(([key]) => [key, only[key]])) } : row;
}

const shown = (value: unknown, kind: MaskKind): unknown => (typeof value === 'string' ? maskText(value, kind) : undefined);

/** Texts by their masks, `undefined` where two share one. */
function textsIn(value: unknown, masks: Masks): readonly (readonly [string, string | undefined])[] {
  if (typeof masks !== 'string') return [];
  const texts = new Set([value].flat().filter((text) => typeof text === 'string'));
  const byMask = new Map<string, string | undefined>();
  for (const text of texts) {
    const mask = maskText(text, masks);
    byMask.set(mask, byMask.has(mask) ? undefined : text);
  }
  return [...byMask];
}

function textsBehind(written: unknown, behind: ReadonlyMap<string, string | undefined>, masks: Masks): unknown {
  if (typeof written === 'string') return isMasked(written) ? (behind.get(written) ?? written) : written;
  return Array.isArray(written) && typeof masks === 'string'
    ? written.map((it) => (typeof it === 'string' ? textsBehind(it, behind, masks) : it))
    : written;
}

/** Whether a text is one that was shown masked: nothing that a mask hides is written with its sign. */
const isMasked = (value: unknown): value is string => typeof value === 'string' && value.includes(HIDDEN);

/** Places of masked texts within a value that were never given back, as JSON Pointers. */
export function masksLeft(value: unknown, masks: Masks, at = ''): readonly string[] {
  if (isMasked(value)) return typeof masks === 'string' ? [at] : [];
  if (Array.isArray(value)) return value.flatMap((it, i) => masksLeft(it, masks, `${at}/${i}`));
  if (!isRow(value)) return [];
  return Object.entries(value).flatMap(([key, cell]) => {
    const kind = maskOf(masks, key);
    return kind === undefined ? [] : masksLeft(cell, kind, `${at}/${key}`);
  });
}
