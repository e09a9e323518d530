/** Role × purpose × field, asked over HTTP and held against a table that a person can read: access-matrix.txt. */
import { type GraphQLObjectType, type GraphQLOutputType, getNamedType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCatalogue } from '../src/app.ts';
import type { Role } from '../src/connect/index.ts';
import { type Hall, type ServeInput, startHall, UNBOUNDED } from './harness.ts';

const PERSON = '321012198812139970';
const COMPANY = '91321071990000017N';
const MOST_AT_ONCE = 40;
const ADVICE = { kind: 'CONSULTATION' };
const NEWBORN = { kind: 'THEME', code: 'newborn' };

/** A field that holds a value, as a path from its subject and as the selection that reads it. */
interface Leaf {
  readonly path: string;
  readonly selection: string;
}

/** Everything below the sections of a subject, up to where another subject begins. */
function leavesOf(type: GraphQLObjectType): readonly Leaf[] {
  return Object.values(type.getFields()).flatMap(({ name, type: inner }) => {
    const record = getNamedType(inner);
    const isSection = isObjectType(record) && record.getInterfaces().some((face) => face.name === 'AgencyRecord');
    return isSection
      ? leavesBelow(record).map(({ path, selection }) => ({ path: `${name}.${path}`, selection: `${name} { ${selection} }` }))
      : [];
  });
}

const isSubject = (type: GraphQLOutputType): boolean =>
  (getNamedType(type) as GraphQLObjectType).astNode?.directives?.some(({ name }) => name.value === 'subject') ?? false;

function leavesBelow(type: GraphQLObjectType): readonly Leaf[] {
  return Object.values(type.getFields())
    .filter(({ name }) => name !== 'provenance')
    .flatMap(({ name, type: inner }): readonly Leaf[] => {
      const named = getNamedType(inner);
      if (!isObjectType(named)) return [{ path: name, selection: name }];
      if (isSubject(inner)) return [{ path: name, selection: `${name} { __typename }` }];
      return leavesBelow(named).map(({ path, selection }) => ({ path: `${name}.${path}`, selection: `${name} { ${selection} }` }));
    });
}

/** Who asks, and in which session. */
interface Column {
  readonly name: string;
  readonly role: Role;
  readonly purpose?: ServeInput['purpose'];
}

const themes = openCatalogue(undefined).themes.map(({ id }) => ({ kind: 'THEME', code: id }));
const nameOf = ({ kind, code }: ServeInput['purpose']) => code ?? kind.toLowerCase();
const COLUMNS: readonly Column[] = [
  ...(['citizen', 'kiosk', 'auditor', 'integrator', 'clerk', 'officer', 'supervisor'] as const).map((role) => ({
    name: `${role}, no session`,
    role,
  })),
  ...(['kiosk', 'officer', 'supervisor'] as const).flatMap((role) =>
    [ADVICE, NEWBORN].map((purpose) => ({ name: `${role}, ${nameOf(purpose)}`, role, purpose })),
  ),
  ...[ADVICE, ...themes].map((purpose) => ({ name: `clerk, ${nameOf(purpose)}`, role: 'clerk' as const, purpose })),
];

let hall: Hall;
beforeAll(async () => {
  hall = await startHall({ access: UNBOUNDED });
});
afterAll(() => hall?.[Symbol.asyncDispose]());

const MARKS: Readonly<Record<string, string>> = { FORBIDDEN: '-', PURPOSE_REQUIRED: '.' };

/** A mark for each leaf: `+` seen, `m` seen masked, `-` not called for, `.` needs a session. */
async function marksOf(
  root: string,
  subject: ServeInput['subject'],
  leaves: readonly Leaf[],
  { role, purpose }: Column,
): Promise<readonly string[]> {
  const headers = purpose ? await hall.serve({ subject, purpose }, role) : {};
  const marks: string[] = [];
  for (let from = 0; from < leaves.length; from += MOST_AT_ONCE) {
    const part = leaves.slice(from, from + MOST_AT_ONCE);
    const query = `{ ${root} { ${part.map(({ selection }, i) => `a${i}: ${selection}`).join(' ')} } }`;
    const { errors = [], data } = await hall.ask(query, {}, { role, headers });
    if (!data) throw new Error(JSON.stringify(errors));
    const codes = new Map(errors.map(({ path, extensions }) => [path?.[1], String(extensions['code'])]));
    const seen = data[root.slice(0, root.indexOf('('))];
    marks.push(...part.map((_, i) => markOf(codes.get(`a${i}`), seen[`a${i}`])));
  }
  return marks;
}

function markOf(code: string | undefined, seen: unknown): string {
  if (code === undefined) return JSON.stringify(seen).includes('*') ? 'm' : '+';
  return MARKS[code] ?? `(${code})`;
}

async function tableOf(type: string, root: string, subject: ServeInput['subject']): Promise<readonly string[]> {
  const owner = hall.yimen.schema.getType(type);
  if (!isObjectType(owner)) throw new Error(`${type} is not in the schema`);
  const leaves = leavesOf(owner);
  const columns: (readonly string[])[] = [];
  for (const column of COLUMNS) columns.push(await marksOf(root, subject, leaves, column));
  return leaves.map(({ path }, row) => `${columns.map((marks) => marks[row]).join('')}  ${type}.${path}`);
}

describe('who may see what', () => {
  it('is what the table says, for every role, purpose and field', async () => {
    const heads = COLUMNS.map(({ name }, i) => `${'│'.repeat(i)}┌${'─'.repeat(COLUMNS.length - i - 1)}  ${name}`);
    const rows = [
      ...(await tableOf('Enterprise', `enterprise(uscc: "${COMPANY}")`, { uscc: COMPANY })),
      ...(await tableOf('Person', `person(idNumber: "${PERSON}")`, { idNumber: PERSON })),
    ];
    const legend = '+ seen   m seen masked   - the purpose does not call for it   . needs a session';
    await expect([legend, '', ...heads, ...rows, ''].join('\n')).toMatchFileSnapshot('access-matrix.txt');
  }, 120_000);
});
