import type { FormFieldCondition } from '../../catalogue/index.ts';
import type { FormLine, OneForm } from '../types.ts';
import { withoutMasks } from './behind-masks.ts';

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
  return field.mask ? withoutMasks(typed, value, field.mask) : typed;
}

const own = (values: Values, key: string): unknown => (Object.hasOwn(values, key) ? values[key] : undefined);
