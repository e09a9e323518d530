import type { FormFieldCondition } from '../../catalogue/index.ts';
import { type MaskKind, masked } from '../../trust/index.ts';
import type { FormLine, OneForm } from '../types.ts';

type Values = Readonly<Record<string, unknown>>;

/**
 * The filled form as it is checked and kept: what the applicant wrote, and what was carried where nothing was written or
 * nothing may be. A masked value that came back as it was shown stands for the one behind it. Null clears a value. Lines
 * that are not shown are left out; what is no line of the form stays, for the check to refuse.
 */
export function completeForm({ parts }: OneForm, written: Values): Values {
  const lines = parts.flatMap((part) => part.lines);
  const values = new Map(lines.map((line) => [line.field.id, valueFor(line, written)]));
  const holds = ({ field, equals }: FormFieldCondition) => values.get(field) === equals;
  const shown = lines.filter(({ shownWhen }) => shownWhen.every(holds));
  const kept = shown.map(({ field: { id } }) => [id, values.get(id)] as const).filter(([, value]) => value !== null && value !== undefined);
  const foreign = Object.entries(written).filter(([key]) => !values.has(key));
  return Object.fromEntries([...foreign, ...kept]);
}

function valueFor({ field, value, correctable }: FormLine, written: Values): unknown {
  if (value === undefined) return own(written, field.id);
  if (!correctable) return value;
  const typed = own(written, field.id);
  if (typed === undefined) return value;
  return field.mask ? unmasked(typed, behindMasks(value, field.mask)) : typed;
}

const own = (values: Values, key: string): unknown => (Object.hasOwn(values, key) ? values[key] : undefined);

/** What stands behind each mask; of masks that two values share nothing is known. */
function behindMasks(carried: unknown, kind: MaskKind): ReadonlyMap<string, string> {
  const texts = [...new Set(textsIn(carried))];
  const masks = texts.map((text) => String(masked(text, kind, 'citizen')));
  return new Map(texts.flatMap((text, i) => (masks.filter((it) => it === masks[i]).length === 1 ? [[masks[i] ?? '', text]] : [])));
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** A list of rows of cells is the deepest that a form holds; what a client nests deeper is looked at by the check alone. */
const DEEPEST = 3;

function unmasked(typed: unknown, behind: ReadonlyMap<string, string>, depth = 0): unknown {
  if (typeof typed === 'string') return behind.get(typed) ?? typed;
  if (depth === DEEPEST || typeof typed !== 'object' || typed === null) return typed;
  if (Array.isArray(typed)) return typed.map((it) => unmasked(it, behind, depth + 1));
  return Object.fromEntries(Object.entries(typed).map(([key, it]) => [key, unmasked(it, behind, depth + 1)]));
}
