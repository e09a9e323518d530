import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGraph } from '../src/graph/index.ts';
import { type ScaffoldOptions, type ScaffoldReport, sandboxClient, scaffold } from '../src/kit/index.ts';

const ROOT = resolve(import.meta.dirname, '..');
const FIXTURES = resolve(import.meta.dirname, 'fixtures/contracts');

type Wish = Pick<ScaffoldOptions, 'id' | 'source' | 'operations' | 'extends' | 'charset'>;
const openapi = (name: string) => ({ openapi: join(FIXTURES, 'openapi', name) });
const wsdl = (name: string) => ({ wsdl: join(FIXTURES, 'wsdl', name) });

/** Contracts of growing ugliness, each with what is asked of it. */
const WISHES: readonly Wish[] = [
  { id: 'units', source: openapi('1-units.yaml') },
  {
    id: 'permits',
    source: openapi('2-permits.json'),
    operations: ['permit-by-number', 'searchPermits', 'countPermits', 'GET /permits/{kind}'],
  },
  { id: 'mixed', source: openapi('3-mixed.yaml') },
  { id: 'names', source: openapi('4-names.yaml') },
  { id: 'tangle', source: openapi('5-tangle.yaml'), operations: ['many', 'manyUsingGET', 'search', 'conflict', 'self', 'dates', 'tuple'] },
  {
    id: 'registers',
    source: openapi('6-registers.yaml'),
    operations: [
      'All periods of a holding',
      'GET /holdings/{holdingId}/periods/{kind}',
      ...['openingHours', 'countAll', 'places', 'silent', 'scan', 'moved', 'searchByMany', 'searchBatch'],
    ],
  },
  { id: 'countries', source: wsdl('1-capitals.wsdl') },
  { id: 'land', source: wsdl('2-land.wsdl'), operations: ['findParcel', 'ownersOf'] },
  { id: 'vehicles', source: wsdl('3-vehicles.wsdl') },
  { id: 'household', source: wsdl('4-household.wsdl'), operations: ['查询户籍'], extends: 'Person', charset: 'gb18030' },
  { id: 'attic', source: wsdl('5-attic.wsdl') },
  { id: 'archive', source: wsdl('6-archive.wsdl') },
  { id: 'beginning', source: { blank: true } },
];

/** A project of its own: this one's code, no connectors but those that are made here. */
let tree: string;
const reports = new Map<string, ScaffoldReport>();

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'yimen-contracts-'));
  const isOurs = (file: string) => !/\.test\.ts$|\/generated(?:\/|$)|\/snapshot(?:\/|$)/.test(file);
  for (const name of [
    'src',
    'schema',
    'scripts',
    'catalogue',
    'codegen.yml',
    'package.json',
    'tsconfig.json',
    'vitest.config.ts',
    'test/run',
    'test/without',
    'biome.json',
    'eslint.config.mjs',
  ])
    cpSync(join(ROOT, name), join(tree, name), { recursive: true, filter: isOurs });
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  for (const folder of ['connectors', 'schema/snapshot', 'test']) mkdirSync(join(tree, folder), { recursive: true });
  for (const wish of WISHES) reports.set(wish.id, scaffold({ ...wish, root: tree, refresh: false }));
}, 60_000);
afterAll(() => rmSync(tree, { recursive: true, force: true }));

/** Runs a tool in the tree; what it printed is shown when it fails. */
async function run(tool: string, ...args: readonly string[]): Promise<void> {
  const child = spawn(join(tree, 'node_modules/.bin', tool), args, { cwd: tree });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const status = await new Promise((done) => child.once('close', done));
  if (status !== 0) throw new Error(`${tool}: ${printed.slice(-6_000)}`);
}

const file = (id: string, name: string) => readFileSync(join(tree, 'connectors', id, name), 'utf8');
const leftOut = (id: string) => (reports.get(id)?.leftOut ?? []).map(({ what, place, reason }) => `${what} @ ${place}: ${reason}`);

describe('connectors made from contracts', () => {
  it('compile untouched, keep the rules and pass the conformance kit', { timeout: 180_000 }, async () => {
    await run('graphql-codegen', '--config', 'codegen.yml');
    await run('tsc', '--noEmit', '-p', 'tsconfig.json');
    await run('vitest', 'run', 'connectors', '--reporter=dot', '--maxConcurrency=8', '--no-isolate');
    await run('eslint', '--max-warnings=0', 'schema/*.graphql', 'connectors/*/*.graphql');
    await run('biome', 'check', '--error-on-warnings', 'connectors');
  });

  it('are served by a gateway: every section answers every field', { timeout: 60_000 }, async () => {
    await using gateway = await startGateway();
    for (const section of sections()) {
      const { data, errors } = await gateway.ask(section.query);
      expect({ section: section.name, errors }).toEqual({ section: section.name, errors: undefined });
      expect(section.read(data)).toMatchObject({ provenance: { connector: section.connector } });
    }
  });
});

describe('what a contract says', () => {
  it('int64 is text to the last digit, plain whole numbers are never cut to 32 bits', () => {
    expect(file('units', 'units.graphql')).toMatch(/capital: String!/);
    expect(file('units', 'units.graphql')).toMatch(/employees: Int\n/);
    expect(file('mixed', 'mixed.graphql')).toMatch(/total: Float\n/);
    expect(file('countries', 'countries.graphql')).toMatch(/population: String!/);
  });

  it('every name that GraphQL forbids gets one it takes, always the same', () => {
    const again = scaffold({ ...(WISHES.find(({ id }) => id === 'names') as Wish), root: tree, refresh: false, force: true });
    expect(again.sections).toEqual(reports.get('names')?.sections);
    const schema = file('names', 'names.graphql');
    expect(schema).toMatch(/\n {2}PLUS\n[\s\S]*\n {2}MINUS\n[\s\S]*\n {2}VALUE_TRUE\n/);
    expect(schema).toMatch(/snakeCase: String[\s\S]*snakeCase2: String[\s\S]*snakeCase3: String/);
    expect(schema).not.toMatch(/ (?:constructor|toString|then|__typename): /);
  });

  it('text of the contract stays text: no tags, no end of a comment', () => {
    for (const name of ['wire.ts', 'map.ts', 'ask.ts', 'connector.ts', 'README.md']) expect(file('names', name)).not.toMatch(/<script|<b>/);
  });

  it('names what it leaves out, with place and reason', () => {
    expect(leftOut('units')).toEqual([
      expect.stringMatching(/^registerUnit .*1-units\.yaml#\/paths\/~1units\/post: POST may change something/),
    ]);
    expect(leftOut('permits')).toContainEqual(expect.stringMatching(/^archive @ common\.yaml#\/schemas\/Permit.*on the network/));
    const names = leftOut('names').join('\n');
    for (const [what, why] of [
      ['session', 'cookie'],
      ['pdf', 'JSON'],
      ['needsCookie', 'must be given'],
      ['lost', 'leads nowhere'],
      ['secret', 'digest'],
      ['unnamed', 'nothing says'],
    ])
      expect(names).toMatch(new RegExp(`${what}.*${why}`));
    const registers = leftOut('registers').join('\n');
    for (const [what, why] of [
      ['security scheme citizen', 'securitySchemes/citizen: a person signs in for its token at https://id.example.org/sign-in'],
      ['security scheme certificate', 'have a proxy show it'],
      ['body of places', 'has no meaning'],
      ['anyOf of Place', 'the rest describes them'],
      ['silent', 'does not describe the content'],
      ['scan', 'image/png, not JSON'],
      ['moved', 'no good reply'],
    ])
      expect(registers).toMatch(new RegExp(`${what}.*${why}`));
    expect(leftOut('archive')).toEqual([
      expect.stringMatching(/^port Get .*not SOAP/),
      expect.stringMatching(/^GetRaw .*its message may hold anything/),
    ]);
    const attic = leftOut('attic').join('\n');
    for (const [what, why] of [
      ['header auth', 'SOAP headers'],
      ['WS-Policy', 'WS-Security'],
      ['GetOld', 'encoded'],
      ['CloseCase', '--operation'],
      ['lost.xsd', 'only files'],
      ['Old of Case', 'SOAP-encoded'],
    ])
      expect(attic).toMatch(new RegExp(`${what}.*${why}`));
    for (const line of leftOut('attic')) expect(file('attic', 'README.md')).toContain(line.split(' @ ')[0]);
  });

  it('credentials become settings, secrets by reference only', () => {
    expect(file('permits', 'connector.ts')).toMatch(
      /key: secret\(\)[\s\S]*loginUser: z\.string\(\)\.min\(1\)[\s\S]*loginPassword: secret\(\)/,
    );
    expect(file('registers', 'connector.ts')).toMatch(/url: settings\.url, sign: bearer\(settings\.citizenToken\)/);
    expect(file('registers', 'connector.ts')).toMatch(/url: settings\.url2, sign: bearer\(settings\.connectToken\)/);
    expect(file('registers', 'connector.ts')).toMatch(/name: 'authorization', secret: settings\.authorization/);
    expect(file('mixed', 'connector.ts')).toMatch(/oauth2\(\{[^}]*scope: 'parties\.read cases\.read'/);
  });
});

describe('how a question is written', () => {
  it('asks for the media type that the contract lists, with its version', () => {
    expect(file('registers', 'ask.ts')).toContain("accept: 'application/vnd.registers.2.0+json'");
    expect(file('registers', 'ask.ts')).toContain("accept: 'application/vnd.count+json;version=2'");
  });

  it('a body that is one of several objects is one of several inputs, and says which it is', () => {
    expect(file('registers', 'registers.graphql')).toMatch(/input RegistersSearchInput @oneOf \{[^}]*searchByName: [^}]*searchAll: /);
    expect(file('registers', 'registers.graphql')).toMatch(
      /input RegistersSearchByNameInput \{\s*"[^"]*"\s*most: String\s*"[^"]*"\s*name: String!\s*\}/,
    );
    expect(file('registers', 'ask.ts')).toMatch(/\.\.\.fromRegistersSearchByNameInput\(it\.searchByName, call\), type: 'ByName'/);
  });

  it('an operation by reference takes what stands beside the reference', () => {
    expect(file('registers', 'registers.graphql')).toMatch(
      /registersOnePeriodOfAHolding\([^)]*holdingId: String![^)]*kind: \w+![^)]*year: String\n/,
    );
  });
});

describe('what is refused', () => {
  const refused = (wish: Partial<ScaffoldOptions>) => () =>
    scaffold({ id: 'refused', source: openapi('1-units.yaml'), root: tree, refresh: false, ...wish });

  it('says what is wrong, and writes nothing', () => {
    expect(refused({ id: 'Tax Office' })).toThrow('kebab-case (like "land-registry"), got "Tax Office"');
    expect(refused({ operations: ['getUnits'] })).toThrow(
      'the contract has no operation "getUnits"; it has getUnit, searchUnits, registerUnit',
    );
    expect(refused({ source: openapi('2-permits.json'), operations: ['dropAll'] })).toThrow('a connector only reads');
    expect(refused({ extends: 'Unit' })).toThrow('no subject of the schema; subjects are Enterprise');
    expect(refused({ extends: 'Enterprise', operations: ['searchUnits'] })).toThrow('needs exactly one plain required input');
    expect(refused({ source: openapi('6-registers.yaml'), operations: ['silent'] })).toThrow(
      'does not describe the content of its good reply',
    );
    expect(refused({ source: openapi('7-post-only.yaml') })).toThrow('--operation "lookUp"');
    expect(refused({ id: 'units' })).toThrow('exists already');
    expect(refused({ source: { openapi: '/no/such/file.yaml' } })).toThrow('cannot be read');
    expect(refused({ source: { openapi: join(FIXTURES, 'wsdl/1-capitals.wsdl') } })).toThrow('is given with --wsdl');
    expect(refused({ source: { wsdl: join(FIXTURES, 'openapi/1-units.yaml') } })).toThrow('is given with --openapi');
    expect(refused({ source: { openapi: join(ROOT, 'package.json') } })).toThrow('is no OpenAPI contract');
    expect(refused({ source: wsdl('7-messages-only.wsdl') })).toThrow('binds its messages to no protocol');
    expect(refused({ source: { wsdl: join(FIXTURES, 'wsdl/2-land/common.xsd') } })).toThrow('its root is <schema>');
  });
});

/** A section as a front-end asks for it: what must be given, all fields down to a depth. */
interface Section {
  readonly name: string;
  readonly connector: string;
  readonly query: string;
  read(data: Readonly<Record<string, unknown>>): unknown;
}

function sections(): readonly Section[] {
  const folders = ['schema', ...WISHES.map(({ id }) => `connectors/${id}`)].map((name) => join(tree, name));
  const { schema } = createGraph({ folders, served: new Map() });
  return WISHES.flatMap(({ id }) =>
    (reports.get(id)?.sections ?? []).map((name): Section => {
      const [owner = '', field = ''] = name.split('.');
      const found = (schema.getType(owner) as GraphQLObjectType).getFields()[field];
      if (!found) return expect.fail(`${name} is not in the schema`);
      const args = found.args.filter(isRequiredArgument).map((arg) => `${arg.name}: ${sample(arg.type)}`);
      const inner = `${field}${args.length > 0 ? `(${args.join(', ')})` : ''} ${selection(found.type, 4)}`;
      if (owner === 'Query') return { name, connector: id, query: `{ ${inner} }`, read: (data) => data[field] };
      const read = (data: Readonly<Record<string, unknown>>) => (data['person'] as Readonly<Record<string, unknown>>)[field];
      return { name, connector: id, query: `{ person(idNumber: "321012198812139970") { ${inner} } }`, read };
    }),
  );
}

function selection(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (!isObjectType(named)) return '';
  if (named.name === 'Provenance') return '{ connector }';
  const fields = Object.values(named.getFields()).filter((field) => depth > 1 || !isObjectType(getNamedType(field.type)));
  return `{ __typename ${fields.map((field) => `${field.name} ${selection(field.type, depth - 1)}`).join(' ')} }`;
}

const SAMPLES: Readonly<Record<string, string>> = {
  Int: '1',
  Float: '1.5',
  Boolean: 'true',
  Date: '"2026-01-15"',
  DateTime: '"2026-01-15T08:00:00Z"',
};

function sample(type: GraphQLInputType): string {
  if (isNonNullType(type)) return sample(type.ofType);
  if (isListType(type)) return `[${sample(type.ofType)}]`;
  // An empty code has no place in a path.
  if (isEnumType(type)) return type.getValues().find(({ name }) => name !== 'EMPTY')?.name ?? '';
  if (!isInputObjectType(type)) return SAMPLES[type.name] ?? '"4294967297"';
  const [first] = Object.values(type.getFields());
  if (type.isOneOf && first) return `{ ${first.name}: ${sample(first.type)} }`;
  const fields = Object.values(type.getFields()).filter(isRequiredInputField);
  return `{ ${fields.map((field) => `${field.name}: ${sample(field.type)}`).join(', ')} }`;
}

interface Gateway extends AsyncDisposable {
  ask(query: string): Promise<{ data: Readonly<Record<string, unknown>>; errors?: unknown }>;
}

/** The tree's own gateway, as a process. */
async function startGateway(): Promise<Gateway> {
  const everything = { actor: 'sandbox-integrator', fields: ['Query', 'Enterprise', 'Person'], perDay: 10_000 };
  writeFileSync(join(tree, 'yimen.config.json'), JSON.stringify({ access: { bulk: [everything] } }));
  const env = { ...process.env, PORT: '0', YIMEN_DATA: join(tree, 'data'), YIMEN_SANDBOX: '' };
  const child = spawn(join(tree, 'node_modules/.bin/tsx'), ['src/main.ts'], { cwd: tree, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = await said(child, /ready in/);
  const url = /GraphQL\s+(\S+)/.exec(printed)?.[1] ?? '';
  const token = await sandboxClient(/sandbox\s+(\S+)/.exec(printed)?.[1] ?? '').token({ role: 'integrator' });
  return {
    async ask(query) {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const reply = await request(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
      return (await reply.body.json()) as { data: Readonly<Record<string, unknown>> };
    },
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** What a process printed up to a line; rejects with everything it said when it ends before. */
function said(child: ChildProcess, until: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const onData = (chunk: Buffer) => {
      text += chunk.toString();
      if (until.test(text)) resolve(text);
    };
    child.stdout?.on('data', onData);
    child.stderr?.on('data', onData);
    child.once('exit', () => reject(new Error(text)));
  });
}
