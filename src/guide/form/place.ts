import type { Sentence } from '../types.ts';
import type { JsonSchema } from './schema.ts';

/** A place of a form: what it is called, from the field down to the cell of a row. */
export interface Place {
  readonly label: Sentence;
  /** Whether the schema knows it, under whatever condition. */
  readonly isKnown: boolean;
}

/** What stands at a JSON Pointer of a filled form. */
export function placeAt(schema: JsonSchema, pointer: string): Place {
  const labels: Sentence[] = [];
  let at: JsonSchema | undefined = schema;
  for (const segment of pointer.split('/').slice(1)) {
    at = at && within(at, segment);
    if (at) labels.push(labelOf(at, segment));
  }
  const joined = (language: keyof Sentence) => labels.map((label) => label[language]).join(' › ');
  return { label: { zh: joined('zh') || '表单', en: joined('en') || 'The form' }, isKnown: at !== undefined };
}

function labelOf({ title, titleEn }: JsonSchema, segment: string): Sentence {
  if (typeof title === 'string' && typeof titleEn === 'string') return { zh: title, en: titleEn };
  return { zh: `第 ${Number(segment) + 1} 项`, en: `entry ${Number(segment) + 1}` };
}

function within(schema: JsonSchema, segment: string): JsonSchema | undefined {
  if (/^\d+$/.test(segment)) return asSchema(schema['items']);
  const branches = [schema, ...thens(schema)];
  return branches.map((branch) => propertyOf(branch, segment)).find((it) => it !== undefined);
}

/** The parts of a form that depend on a condition. */
const thens = ({ allOf }: JsonSchema): readonly JsonSchema[] =>
  Array.isArray(allOf) ? allOf.map((branch: JsonSchema) => asSchema(branch['then'])).filter((it) => it !== undefined) : [];

function propertyOf(schema: JsonSchema, key: string): JsonSchema | undefined {
  const properties = asSchema(schema['properties']);
  return properties && Object.hasOwn(properties, key) ? asSchema(properties[key]) : undefined;
}

const asSchema = (value: unknown): JsonSchema | undefined =>
  typeof value === 'object' && value !== null ? (value as JsonSchema) : undefined;
