/** Who is measured, and how each is started and asked. */
import { join } from 'node:path';
import type { Issuer } from './issuer.ts';
import type { Pins } from './process.ts';
import { DOCUMENTS, type Question, type Section } from './world.ts';
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

export interface Contender {
  readonly id: string;
  readonly label: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly env?: (conditions: Conditions) => Readonly<Record<string, string>>;
  /** Questions it can be asked; without it all. */
  readonly questions?: readonly Question[];
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
const built = (name: string): readonly string[] => [NODE, join(import.meta.dirname, 'contenders', `${name}.js`)];
const YIMEN = [NODE, join(ROOT, 'dist/src/main.js')];

/** What every program in `contenders/` reads: see given.ts. */
const given = ({ agencies, question }: Conditions) => ({ BENCH_AGENCIES: JSON.stringify(agencies), BENCH_QUESTION: question });

const hall = (remembers: boolean) => (conditions: Conditions) => ({
  ...furnish(conditions.folder, { ...conditions, remembers }),
  DATABASE_URL: conditions.database,
});

const guards = ({ issuer, database, folder }: Conditions) => ({
  BENCH_ISSUER: issuer.name,
  BENCH_AUDIENCE: issuer.audience,
  BENCH_JWKS: issuer.jwks,
  BENCH_LOG: join(folder, 'requests.log'),
  DATABASE_URL: database,
});

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
    command: built('hive'),
    env: (conditions) => ({ ...given(conditions), BENCH_FOLDER: conditions.folder }),
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
  { id: 'yimen', label: 'Yimen, everything on', command: YIMEN, env: hall(false), masks: true },
  { id: 'yimen-warm', label: 'Yimen, everything on, memory in the process', command: YIMEN, env: hall(true), masks: true, remembers: true },
  {
    id: 'yimen-redis',
    label: 'Yimen, everything on, memory in Redis',
    command: YIMEN,
    env: (conditions) => ({ ...hall(true)(conditions), REDIS_URL: conditions.redis }),
    masks: true,
    remembers: true,
  },
  {
    id: 'yimen-open',
    label: 'Yimen with its protections off',
    command: built('yimen-open'),
    env: (conditions) => ({ ...hall(false)(conditions), BENCH_ROOT: ROOT }),
    masks: true,
  },
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
