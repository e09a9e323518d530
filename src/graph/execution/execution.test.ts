import { resolve } from 'node:path';
import fc from 'fast-check';
import {
  type ExecutionResult,
  GraphQLError,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  parse,
  validate,
} from 'graphql';
import { compileQuery } from 'graphql-jit';
import { describe, expect, it, vi } from 'vitest';
import { loadCatalogue } from '../../catalogue/index.ts';
import { globalIds } from '../global-id.ts';
import { createGraph } from '../schema.ts';
import { sectionsOf } from '../sections.ts';
import { createExecution } from './execution.ts';
import { mergesConditionally } from './merging.ts';

/** Sees every compilation, and lets it be. */
vi.mock('graphql-jit', async (original) => {
  const real = await original<typeof import('graphql-jit')>();
  return { ...real, compileQuery: vi.fn(real.compileQuery) };
});
const compilations = vi.mocked(compileQuery);

const ROOT = resolve(import.meta.dirname, '../../..');
const folders = [resolve(ROOT, 'schema'), resolve(ROOT, 'connectors/city-offices'), resolve(ROOT, 'connectors/js-medical-insurance')];
const bare = createGraph({ folders, served: new Map() }).schema;
const served = new Map(sectionsOf(bare).map((section) => [section, { connector: 'some', agency: 'taxation' }]));
const { schema } = createGraph({ folders, served });
const catalogue = loadCatalogue(resolve(ROOT, 'catalogue'));
const ids = globalIds(Buffer.alloc(32, 7));

/** Values that scalars take. */
const LITERALS: Readonly<Record<string, string>> = {
  UnifiedSocialCreditCode: '"91321071990000017N"',
  CitizenIdNumber: '"321012198812139970"',
  ServiceItemCode: '"000131001000"',
  CaseNumber: '"320000202511280001"',
  String: '"示例"',
  ID: '"taxation"',
  Int: '3',
  Float: '1.5',
  Boolean: 'true',
  Date: '"2026-01-05"',
  DateTime: '"2026-01-05T00:00:00.000Z"',
  JSON: '{ a: 1 }',
};

function literal(type: GraphQLInputType, depth = 0): string {
  if (isNonNullType(type)) return literal(type.ofType, depth);
  if (isListType(type)) return depth > 3 ? '[]' : `[${literal(type.ofType, depth + 1)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? 'null';
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return `{ ${fields.map((field) => `${field.name}: ${literal(field.type, depth + 1)}`).join(', ')} }`;
  }
  return LITERALS[type.name] ?? '"x"';
}

/** Selections of a type: every kind of field, aliases, fragments, and what directives leave away. */
function selection(type: GraphQLOutputType, depth: number): fc.Arbitrary<string> {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return fc.constant('');
  const fields = 'getFields' in named ? Object.values(named.getFields()).filter((field) => depth > 1 || !isDeep(field)) : [];
  const parts: fc.Arbitrary<string>[] = [
    fc.constant('__typename'),
    ...(fields.length > 0 ? [fieldIn(fields, depth), fieldIn(fields, depth)] : []),
  ];
  const within = isAbstractType(named) ? schema.getPossibleTypes(named) : [];
  if (within.length > 0)
    parts.push(fc.constantFrom(...within).chain((each) => selection(each, depth - 1).map((inner) => `... on ${each.name} ${inner}`)));
  if (depth > 1 && isObjectType(named))
    parts.push(fc.tuple(selection(named, depth - 1), fc.nat(9)).map(([inner, n]) => `... ${n === 0 ? '@include(if: $on)' : ''} ${inner}`));
  return fc.array(fc.oneof(...parts), { minLength: 1, maxLength: 6 }).map((chosen) => `{ ${chosen.join(' ')} }`);
}

const isDeep = (field: GraphQLField<unknown, unknown>): boolean => isCompositeType(getNamedType(field.type));

const fieldIn = (fields: readonly GraphQLField<unknown, unknown>[], depth: number): fc.Arbitrary<string> =>
  fc.constantFrom(...fields).chain((field) =>
    fc
      .tuple(
        selection(field.type, depth - 1),
        fc.constantFrom(...Array(20).fill(''), ' @skip(if: $off)', ' @include(if: $on)', ' @skip(if: $on)'),
        fc.nat(3),
      )
      .map(([inner, directive, n]) => {
        const args = field.args.filter(isRequiredArgument).map((arg) => `${arg.name}: ${literal(arg.type)}`);
        return `${n > 1 ? `a${n}_${field.name}_${directive.length}: ` : ''}${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${directive} ${inner}`;
      }),
  );

/** Agencies whose answers hold everything that may be wrong with one: chosen by number, so that both ways see the same. */
function records(seed: number) {
  let next = seed;
  const pick = (most: number) => {
    next = (next * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor(next / 65_536) % most;
  };
  function some(type: GraphQLOutputType, depth: number): unknown {
    if (isNonNullType(type)) return pick(25) === 0 ? null : some(type.ofType, depth);
    const odd = pick(40);
    if (odd === 0) return null;
    if (odd === 1) return undefined;
    if (odd === 2) return new GraphQLError('said so', { extensions: { code: 'AGENCY_PROTOCOL' } });
    if (isListType(type)) return Array.from({ length: pick(4) }, () => some(type.ofType, depth + 1));
    if (isEnumType(type)) return pick(20) === 0 ? 'NO_SUCH' : type.getValues()[pick(type.getValues().length)]?.value;
    if (isObjectType(type)) return depth > 6 ? null : recordOf(type, depth + 1);
    if (isAbstractType(type)) return null;
    return (
      {
        Int: pick(100),
        Float: pick(100) / 8,
        Boolean: pick(2) === 0,
        DateTime: new Date(1.7e12 + pick(1e6)),
        WorkingDays: pick(30),
        JSON: { a: pick(9) },
      }[type.name as 'Int'] ?? `v${pick(1_000)}`
    );
  }
  function recordOf(type: GraphQLObjectType, depth: number): Record<string, unknown> {
    const record: Record<string, unknown> = { __typename: type.name };
    for (const field of Object.values(type.getFields())) record[field.name] = some(field.type, depth);
    if (type.getInterfaces().some(({ name }) => name === 'AgencyRecord'))
      record['provenance'] = { agency: 'taxation', connector: 'some', retrievedAt: new Date(1.7e12), asOf: null, freshness: 'LIVE' };
    return record;
  }
  return recordOf;
}

function contextOf(seed: number) {
  return {
    caller: { role: 'clerk', actor: 'c' },
    language: 'zh',
    catalogue,
    ids,
    traceId: 't',
    looks: {
      admit({ section }: { section: string }) {
        if ((section.length + seed) % 9 === 0) throw new GraphQLError('refused', { extensions: { code: 'FORBIDDEN' } });
      },
      missed: () => undefined,
      refused: () => undefined,
    },
    reader: {
      async read(section: string, key: unknown) {
        const number = [...`${section}${JSON.stringify(key)}`].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 1e9, seed);
        await new Promise((done) => setTimeout(done, number % 3));
        if (number % 11 === 0) throw new Error('agency fell over');
        if (number % 13 === 0) return null;
        const [type = '', field = ''] = section.split('.');
        const owner = schema.getType(type);
        const record = isObjectType(owner) ? getNamedType(owner.getFields()[field]?.type as GraphQLOutputType) : undefined;
        return isObjectType(record) ? records(number)(record, 0) : null;
      },
    },
    servedBy: (section: string) => served.get(section),
    healthOf: () => undefined,
    connectorsOf: () => ['some'],
  };
}

/** Where a null that reached for its parents has stopped: who of several errors below it is told depends on which came first. */
function nulledAt(data: unknown, path: readonly (string | number)[]): string | undefined {
  let at = data;
  for (const [i, key] of path.entries()) {
    if (at === null || at === undefined) return JSON.stringify(path.slice(0, i));
    at = (at as Record<string | number, unknown>)[key];
  }
  return undefined;
}

/** Errors in the order of their places: which of two sections fails first says nothing. */
function shown({ data, errors }: ExecutionResult): string {
  const told = (errors ?? []).map(({ message, path = [], locations, extensions }) => {
    const above = nulledAt(data, path);
    return above === undefined ? JSON.stringify({ message, path, locations, extensions }) : `beneath ${above}`;
  });
  return JSON.stringify({ data, errors: [...new Set(told)].sort() }, null, 1);
}

/**
 * Runs work during which graphql-js may lose failures: of a list whose item fails at once it lets go of the items before
 * that are still under way. Any other lost failure is still one of the test.
 */
async function withLostFailures(work: () => Promise<void>): Promise<void> {
  const heard = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (cause, promise) => {
    if (!(cause instanceof GraphQLError)) for (const each of heard) each(cause, promise);
  });
  try {
    await work();
    // Those of the last query are lost a little later.
    await new Promise((done) => setTimeout(done, 50));
  } finally {
    process.removeAllListeners('unhandledRejection');
    for (const each of heard) process.on('unhandledRejection', each);
  }
}

const variables = { on: true, off: false };
const compiledAtOnce = () => createExecution({ schema, compileAfter: 0 });
const neverCompiled = () => createExecution({ schema, compileAfter: Number.POSITIVE_INFINITY });

describe('a compiled query', () => {
  it('answers as one that is run step by step, whatever is asked and whatever agencies say', async () => {
    const query = schema.getQueryType();
    if (!query) throw new Error('no query type');
    const compared = { compiled: 0, all: 0 };
    const alike = fc.asyncProperty(selection(query, 6), fc.nat(1e6), fc.boolean(), async (asked, seed, isPlain) => {
      const text = isPlain ? asked.replace(/@\w+\(if: \$\w+\)/g, '') : asked;
      const document = parse(`query ${isPlain ? '' : '($on: Boolean!, $off: Boolean = false)'} { ...all } fragment all on Query ${text}`);
      if (validate(schema, document).length > 0) return;
      compared.all++;
      const operation = getOperationAST(document);
      if (operation && !mergesConditionally(document, operation)) compared.compiled++;
      const [quick, plain] = await Promise.all(
        [compiledAtOnce(), neverCompiled()].map(async (each) => shown(await each.run({ document, variables }, contextOf(seed)))),
      );
      expect(quick).toBe(plain);
    });
    await withLostFailures(() => fc.assert(alike, { numRuns: Number(process.env['RUNS'] ?? 300) }));
    console.log(`${compared.all} random queries answered alike, ${compared.compiled} of them compiled`);
    expect(compared.compiled).toBeGreaterThan(compared.all / 4);
  }, 60_000);

  it('is no way to keep the process busy: of many new documents some wait for their turn', async () => {
    const execution = compiledAtOnce();
    compilations.mockClear();
    for (let i = 0; i < 40; i++) {
      const document = parse(`{ ${Array.from({ length: 18 }, (_, n) => `a${i}_${n}: themes { id nameZh }`).join(' ')} }`);
      expect((await execution.run({ document }, contextOf(1))).errors).toBeUndefined();
    }
    expect(compilations.mock.calls.length).toBeGreaterThan(0);
    expect(compilations.mock.calls.length).toBeLessThan(20);
  });
});
