/** Who is measured, and how each is started and asked. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSubjects } from '../../src/kit/index.ts';
import { supergraph } from './hive.ts';
import type { Issuer } from './issuer.ts';
import type { Pins } from './process.ts';
import { DOCUMENTS, type Question, SECTIONS, type Section } from './world.ts';
import { furnish, ROOT } from './yimen.ts';

/** What a contender is started with. */
export interface Conditions {
  readonly port: number;
  /** A folder of its own. */
  readonly folder: string;
  readonly agencies: Readonly<Record<Section, number>>;
  readonly issuer: Issuer;
  readonly database: string;
  readonly redis: string;
  readonly question: Question;
  readonly pins: Pins;
}

/** A program that runs beside a contender, on the other core. */
export interface OwnAgencies {
  readonly command: readonly string[];
  readonly env: (conditions: Conditions) => Readonly<Record<string, string>>;
  /** The contender's environment, out of what the program prints when it is ready; undefined before. */
  readonly ready: (output: string) => Readonly<Record<string, string>> | undefined;
}

export interface Contender {
  readonly id: string;
  readonly label: string;
  /** Node, the program and its arguments. */
  readonly command: readonly string[];
  /** Arguments that are known when it starts. */
  readonly args?: (conditions: Conditions) => readonly string[];
  readonly env?: (conditions: Conditions) => Readonly<Record<string, string>>;
  /** Questions it can be asked; without it all. */
  readonly questions?: readonly Question[];
  /** What is written into its folder before it starts. */
  readonly prepare?: (conditions: Conditions) => Promise<void>;
  /** Agencies of its own: a program that runs aside, and what it says when it is ready. */
  readonly agencies?: OwnAgencies;
  /** The keys it is asked about, where they are not the common ones. */
  readonly keys?: readonly string[];
  /** Whether its answer is right, where it has agencies of its own. */
  readonly isRight?: (data: unknown, key: string) => boolean;
  /** What it is asked, where it does not speak the common schema. */
  readonly document?: (question: Question) => string;
  /** Its `data` as the common schema would have it. */
  readonly read?: (question: Question, data: unknown, key: string) => unknown;
  /** Shows identity numbers masked. */
  readonly masks?: boolean;
  /** Answers from what it holds: the agencies are not asked. */
  readonly remembers?: boolean;
}

const NODE = process.execPath;
// What `npm start` gives the product, all are given: requests under way outlive the usual 16 MB.
const GIVEN_TO_ALL = '--max-semi-space-size=64';
const built = (name: string): readonly string[] => [NODE, GIVEN_TO_ALL, join(import.meta.dirname, 'contenders', `${name}.js`)];
const YIMEN = [NODE, GIVEN_TO_ALL, join(ROOT, 'dist/src/main.js')];

const supergraphFile = (folder: string): string => join(folder, 'supergraph.graphql');

/** What every program in `contenders/` reads: see given.ts. */
const given = ({ agencies, question }: Conditions) => ({ BENCH_AGENCIES: JSON.stringify(agencies), BENCH_QUESTION: question });

/** How the product is set beyond what all its contenders share. */
interface HallChanges {
  readonly remembers?: boolean;
  readonly together?: boolean;
  readonly isSandbox?: boolean;
}

const hall =
  ({ remembers = false, together = true, isSandbox = false }: HallChanges = {}) =>
  (conditions: Conditions) => ({
    ...furnish(conditions.folder, { ...conditions, remembers, together, isSandbox }),
    DATABASE_URL: conditions.database,
  });

const guards = ({ issuer, database, folder }: Conditions) => ({
  BENCH_ISSUER: issuer.name,
  BENCH_AUDIENCE: issuer.audience,
  BENCH_JWKS: issuer.jwks,
  BENCH_LOG: join(folder, 'requests.log'),
  DATABASE_URL: database,
});

/** What a hall's front-end asks: who says so, and since when. The peers have nothing to answer it with. */
const WITH_PROVENANCE = SECTIONS.reduce<string>(
  (text, section) => text.replace(`  ${section} {`, `  ${section} { provenance { agency { id } connector retrievedAt freshness }`),
  DOCUMENTS.one,
);

/** The answer as the common question has it. Throws where a section does not say where it comes from. */
function withoutProvenance(_question: Question, data: unknown): unknown {
  const { enterprise } = data as { enterprise: Record<string, { provenance?: { freshness?: string } }> };
  for (const section of SECTIONS) {
    if (enterprise[section]?.provenance?.freshness !== 'LIVE') throw new Error(`${section} does not say where it comes from`);
    delete enterprise[section].provenance;
  }
  return data;
}

/** Enterprises of the sandbox: what its agencies hold, by their own protocols. */
const { enterprises } = loadSubjects(join(ROOT, 'catalogue/sandbox'), Date.now());

/** JSON with OAuth2, SOAP in GB18030, signed forms, an encrypted envelope, and a platform's exchange envelope. */
const SANDBOX_DOCUMENT = DOCUMENTS.one.replace(/\bcredit \{[^}]*\{[^}]*\}[^}]*\}/, 'seals { items { number typeZh filedOn status } }');

const SANDBOX: Contender = {
  id: 'yimen-sandbox',
  label: 'Yimen, everything on, five real protocols',
  command: YIMEN,
  env: hall({ isSandbox: true }),
  questions: ['one'],
  keys: enterprises.map(({ uscc }) => uscc),
  document: () => SANDBOX_DOCUMENT,
  isRight(data, key) {
    const { uscc, registration } = (data as { enterprise: { uscc: string; registration: object | null } }).enterprise;
    return uscc === key && registration !== null;
  },
  agencies: {
    command: [NODE, join(ROOT, 'dist/src/cli/main.js'), 'sandbox', 'start', '--port', '0'],
    env: ({ folder }) => ({ YIMEN_DATA: join(folder, 'sandbox') }),
    ready(output) {
      const url = /YIMEN_SANDBOX=(\S+?)\)/.exec(output)?.[1];
      return url ? { YIMEN_SANDBOX: url } : undefined;
    },
  },
};

export const CONTENDERS: readonly Contender[] = [
  { id: 'floor', label: 'floor: node:http + undici, no GraphQL', command: built('floor'), env: given },
  { id: 'mercurius', label: 'Mercurius + JIT, hand-written, bare', command: built('mercurius'), env: given },
  {
    id: 'mercurius-guarded',
    label: 'Mercurius + JIT, equal protections by hand',
    command: built('mercurius-guarded'),
    env: (conditions) => ({ ...given(conditions), ...guards(conditions) }),
    masks: true,
  },
  { id: 'yoga', label: 'GraphQL Yoga + undici', command: built('yoga'), env: given },
  { id: 'apollo', label: 'Apollo the obvious way: Fastify, axios, DataLoader', command: built('apollo'), env: given },
  {
    id: 'hive',
    label: 'Hive Gateway, agencies as declared sources',
    // One worker: there is one core. With JIT, which is off by default, it is faster.
    command: [NODE, GIVEN_TO_ALL, join(ROOT, 'bench/perf/node_modules/@graphql-hive/gateway/dist/bin.js'), 'supergraph'],
    args: ({ folder, port }) => [supergraphFile(folder), '--port', String(port), '--host', '127.0.0.1', '--fork', '1', '--jit'],
    // A warning for each request would be a handicap, and a line of its log is none of the works.
    env: () => ({ LOG_LEVEL: 'error' }),
    prepare: async ({ folder, agencies }) => writeFileSync(supergraphFile(folder), await supergraph(agencies)),
    questions: ['one', 'large'],
    document: hiveDocument,
    read: fromHive,
  },
  {
    id: 'apollo-constants',
    label: 'Apollo + JIT answering from constants',
    command: built('apollo-constants'),
    env: given,
    questions: ['one'],
    remembers: true,
  },
  { id: 'yimen', label: 'Yimen, everything on', command: YIMEN, env: hall(), masks: true },
  {
    id: 'yimen-apart',
    label: 'Yimen, everything on, every request asks by itself',
    command: YIMEN,
    env: hall({ together: false }),
    masks: true,
  },
  {
    id: 'yimen-warm',
    label: 'Yimen, everything on, memory in the process',
    command: YIMEN,
    env: hall({ remembers: true }),
    masks: true,
    remembers: true,
  },
  {
    id: 'yimen-redis',
    label: 'Yimen, everything on, memory in Redis',
    command: YIMEN,
    env: (conditions) => ({ ...hall({ remembers: true })(conditions), REDIS_URL: conditions.redis }),
    masks: true,
    remembers: true,
  },
  {
    id: 'yimen-provenance',
    label: 'Yimen, everything on, provenance asked for',
    command: YIMEN,
    env: hall(),
    masks: true,
    questions: ['one'],
    document: () => WITH_PROVENANCE,
    read: withoutProvenance,
  },
  {
    id: 'yimen-open',
    label: 'Yimen with its protections off',
    command: built('yimen-open'),
    env: (conditions) => ({ ...hall()(conditions), BENCH_ROOT: ROOT }),
  },
  SANDBOX,
];

/** The five sources are fields of the root there: what a declared source gives without a line of code. */
function hiveDocument(question: Question): string {
  const fields = /enterprise\(uscc: \$uscc\) \{\s*uscc([\s\S]*)\}\s*\}$/.exec(DOCUMENTS[question])?.[1] ?? '';
  const names = ['registration', 'tax', 'socialInsurance', 'permits', 'credit'];
  const rooted = names.reduce((text, name) => text.replace(new RegExp(`^(\\s*)${name} \\{`, 'm'), `$1${name}(uscc: $uscc) {`), fields);
  return `query ${question === 'one' ? 'One' : 'Large'}($uscc: String!) {${rooted}}`;
}

function fromHive(_question: Question, data: unknown, key: string): unknown {
  return { enterprise: { uscc: key, ...(data as object) } };
}
