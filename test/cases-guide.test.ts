/** Every document that docs/cases.md shows fits the schema. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createGraph } from '../src/graph/index.ts';
import { packageFolder } from '../src/settings/index.ts';

const PAGE = readFileSync(join(packageFolder(), 'docs/cases.md'), 'utf8');
const DOCUMENTS = [...PAGE.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, text = '']) => text);

describe('docs/cases.md', () => {
  const { schema } = createGraph({ folders: [join(packageFolder(), 'schema')], served: new Map() });
  it('shows documents', () => expect(DOCUMENTS.length).toBeGreaterThanOrEqual(6));
  it.each(DOCUMENTS)('%s', (text) => expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([]));
});
