import { isDeepStrictEqual } from 'node:util';
import type { AgencyAnswer, AgencyError, Connector, Duration, Policy } from '../connect/index.ts';
import { describeFault, type Fault } from './faults.ts';
import type { SandboxSpec } from './sandbox.ts';
import { type TestLine, testLine } from './test-line.ts';

export interface ConformanceOptions {
  readonly connector: Connector;
  /** Its `samples` say which keys are asked for. */
  readonly sandbox: SandboxSpec;
  /** Folder of `subjects.json` and `credit.json`; the shipped ones unless told. */
  readonly subjects?: string;
  /** How many sections are put through every fault; the others are only asked. Default all. */
  readonly thorough?: number;
}

/** One thing a connector must do. `run` rejects with a sentence that says what it should have done. */
export interface Check {
  readonly name: string;
  run(): Promise<void>;
}

/** Hands the checks to a test runner: `conforms(it, { connector, sandbox })`. */
export function conforms(it: (name: string, run: () => Promise<void>) => void, options: ConformanceOptions): void {
  for (const { name, run } of conformance(options)) it(name, run);
}

interface Sample {
  readonly section: string;
  readonly keys: readonly unknown[];
}

type Code = AgencyError['code'];

/** What a section must answer under each fault. A reply that breaks off is a broken line, so it counts as unavailable. */
const EXPECTED: readonly (readonly [Fault, Code])[] = [
  ['down', 'AGENCY_UNAVAILABLE'],
  ['hang', 'AGENCY_TIMEOUT'],
  ['drip', 'AGENCY_TIMEOUT'],
  ['error', 'AGENCY_UNAVAILABLE'],
  ['throttle', 'AGENCY_THROTTLED'],
  ['redirect', 'AGENCY_PROTOCOL'],
  ['garbage', 'AGENCY_PROTOCOL'],
  ['empty', 'AGENCY_PROTOCOL'],
  ['charset', 'AGENCY_PROTOCOL'],
  ['bom', 'AGENCY_PROTOCOL'],
  ['bomb', 'AGENCY_PROTOCOL'],
  ['hostile', 'AGENCY_PROTOCOL'],
  ['truncated', 'AGENCY_UNAVAILABLE'],
  ['expired', 'AGENCY_CREDENTIALS'],
];

const PATIENCE_MS = 12_000;
/** A time limit that an agency under "slow" keeps and one under "hang" does not. */
const LIMIT: Duration = '8s';
const HANG_LIMIT: Duration = '300ms';
/** A token request may come before the question. */
const MOST_CALLS = 2;
const HOUR_MS = 3_600_000;

/** The checks every connector must pass, over its own sandbox. Any test runner can run them. */
export function conformance(options: ConformanceOptions): readonly Check[] {
  const samples = Object.entries(options.sandbox.samples).map(([section, keys]) => ({ section, keys }));
  const check = checkOf(options);
  const { thorough = samples.length } = options;
  return [
    check('every section it serves has a record in its sandbox', {}, (line) => servesItsSamples(line, samples)),
    ...samples.slice(0, thorough).flatMap((sample) => allOf(sample, check)),
    ...samples.slice(thorough).map((sample) => asked(sample, check)),
  ];
}

const asked = (sample: Sample, check: MakeCheck): Check =>
  check(`${sample.section} answers, and says where it comes from`, {}, (line) => answers(line, sample));

const allOf = (sample: Sample, check: MakeCheck): readonly Check[] => [
  ...inPeace(sample, check),
  ...underFaults(sample, check),
  ...(sample.keys.length > 1 ? inBatches(sample, check) : []),
];

type MakeCheck = (name: string, policy: Policy, work: (line: TestLine) => Promise<void>) => Check;

const checkOf =
  ({ connector, sandbox, subjects }: ConformanceOptions): MakeCheck =>
  (name, policy, work) => ({
    name,
    async run() {
      await using line = await testLine(connector, sandbox, subjects, policy);
      await work(line);
    },
  });

function inPeace(sample: Sample, check: MakeCheck): readonly Check[] {
  const { section } = sample;
  const from = new Date(Date.now() - HOUR_MS).toISOString();
  const until = new Date(Date.now() + HOUR_MS).toISOString();
  return [
    asked(sample, check),
    check(`${section} answers although the agency is slow`, {}, async (line) => {
      line.agency.faults.set('slow');
      await answers(line, sample);
    }),
    check(`${section} makes no call during maintenance`, { maintenance: [{ from, until }] }, async (line) => {
      await failsAs(line, sample, 'AGENCY_MAINTENANCE', 'its agency is under maintenance');
      must(line.agency.traffic().calls === 0, `${section} should have made no call: its agency is under maintenance`);
    }),
    check(`${section} keeps the agency's quota`, { perDay: 1 }, async (line) => {
      await answers(line, sample);
      await failsAs(line, sample, 'AGENCY_THROTTLED', 'the quota of the day is used up');
    }),
  ];
}

function underFaults(sample: Sample, check: MakeCheck): readonly Check[] {
  const { section } = sample;
  const faults = EXPECTED.map(([fault, code]) => {
    const timeout = code === 'AGENCY_TIMEOUT' ? HANG_LIMIT : LIMIT;
    return check(`${section} under "${fault}" is ${code}`, { timeout }, (line) => underFault(line, sample, fault, code));
  });
  return [...faults, check(`${section} under "skew" answers, or is AGENCY_CREDENTIALS`, {}, (line) => underSkew(line, sample))];
}

function inBatches(sample: Sample, check: MakeCheck): readonly Check[] {
  const { section } = sample;
  return [
    check(`${section} gives each key its own record, in whatever order the agency answers`, {}, (line) => reordered(line, sample)),
    check(`${section} fails the key that the agency left out, and no other`, {}, (line) =>
      oneFails(line, sample, 'missing', 'AGENCY_PROTOCOL', 'an incomplete reply is not "no such record"'),
    ),
    check(`${section} fails the key that the agency answered twice, and no other`, {}, (line) =>
      oneFails(line, sample, 'doubled', 'AGENCY_AMBIGUOUS', 'two records for one key are for a person to tell apart'),
    ),
  ];
}

function must(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(sentence);
}

async function servesItsSamples({ sections }: TestLine, samples: readonly Sample[]): Promise<void> {
  const sampled = samples.filter(({ keys }) => keys.length > 0).map(({ section }) => section);
  const lacking = sections.filter((section) => !sampled.includes(section));
  must(lacking.length === 0, `the sandbox should name a key it knows for ${lacking.join(', ')}: add it to samples`);
  const unserved = sampled.filter((section) => !sections.includes(section));
  must(unserved.length === 0, `the connector should serve ${unserved.join(', ')}: its sandbox has samples for it`);
}

async function answers(line: TestLine, { section, keys }: Sample): Promise<void> {
  const answer = await line.read(section, keys[0], PATIENCE_MS);
  must(answer !== null, `${section} should have answered: the sandbox must hold a record for the sample key`);
  must(answer.provenance.connector === line.agency.id, `${section} should name its own connector in its provenance`);
  must(answer.provenance.freshness === 'LIVE', `${section} should be LIVE when it was asked just now`);
}

async function failureOf(line: TestLine, { section, keys }: Sample): Promise<AgencyError | undefined> {
  return line.read(section, keys[0], PATIENCE_MS).then(
    () => undefined,
    (cause: AgencyError) => cause,
  );
}

async function failsAs(line: TestLine, sample: Sample, code: Code, why: string): Promise<AgencyError> {
  const { section } = sample;
  const error = await failureOf(line, sample);
  must(error !== undefined, `${section} should have failed with ${code}: ${why}`);
  must(error.code === code, `${section} should have failed with ${code}, got ${error.code} (${JSON.stringify(error.private)}): ${why}`);
  must(error.connector === line.agency.id, `${section} should name its own connector in its error`);
  return error;
}

async function underFault(line: TestLine, sample: Sample, fault: Fault, code: Code): Promise<void> {
  line.agency.faults.set(fault);
  const error = await failsAs(line, sample, code, `the agency ${describeFault(fault)}`);
  if (fault === 'throttle')
    must(error.retryAfterMs === 2_000, `${sample.section} should have passed on Retry-After: 2, got ${error.retryAfterMs}`);
  leavesRetriesToTheEngine(line, sample, fault);
  leaksNothing(line, sample);
}

/** The engine alone knows how many second attempts the agency can bear. */
function leavesRetriesToTheEngine({ agency }: TestLine, { section }: Sample, fault: Fault): void {
  const { calls } = agency.traffic();
  // Refused credentials are renewed once, which asks for a token and then again.
  const most = fault === 'expired' ? 2 * MOST_CALLS : MOST_CALLS;
  must(calls <= most, `${section} should leave second attempts to the engine: one question made ${calls} calls under "${fault}"`);
}

/** No log line holds the key that was asked or a secret of the settings. */
function leaksNothing({ logLines, agency }: TestLine, { section, keys }: Sample): void {
  must(logLines.length === 1, `${section} should leave one log line per failed call, got ${logLines.length}`);
  const log = logLines.join('\n');
  const [key] = keys;
  must(!log.includes(typeof key === 'string' ? key : JSON.stringify(key)), `${section} should not write the key it was asked into the log`);
  const secrets = Object.entries(agency.settings).filter(([, setting]) => typeof setting === 'object' && setting !== null);
  for (const [name, setting] of secrets)
    must(!log.includes(String((setting as { sandbox?: string }).sandbox)), `${section} should not write the secret "${name}" into the log`);
}

async function underSkew(line: TestLine, sample: Sample): Promise<void> {
  line.agency.faults.set('skew');
  const error = await failureOf(line, sample);
  const code = error?.code ?? 'AGENCY_CREDENTIALS';
  must(
    code === 'AGENCY_CREDENTIALS',
    `${sample.section} should answer, or say AGENCY_CREDENTIALS, when clocks differ by an hour; got ${code}`,
  );
}

type Settled = PromiseSettledResult<AgencyAnswer | null>;

async function reordered(line: TestLine, { section, keys }: Sample): Promise<void> {
  const inPeaceful = await line.readAll(section, keys, PATIENCE_MS);
  line.agency.faults.set('reordered');
  const now = await line.readAll(section, keys, PATIENCE_MS);
  must(
    keys.every((_, i) => isSameRecord(inPeaceful[i], now[i])),
    `${section} should sort rows to keys by what they say, not by their order`,
  );
  must(!isSameRecord(now[0], now[1]), `${section} should give different records for the two sample keys`);
}

async function oneFails(line: TestLine, { section, keys }: Sample, fault: Fault, code: Code, why: string): Promise<void> {
  line.agency.faults.set(fault);
  const settled = await line.readAll(section, keys, PATIENCE_MS);
  const codes = settled.flatMap((each) => (each.status === 'rejected' ? [(each.reason as AgencyError).code] : []));
  must(codes.length < keys.length, `${section} should have answered the keys whose rows were right: the agency ${describeFault(fault)}`);
  must(
    codes.length === 1 && codes[0] === code,
    `${section} should fail one key with ${code}, got ${codes.join(', ') || 'no failure'}: ${why}`,
  );
}

function isSameRecord(a: Settled | undefined, b: Settled | undefined): boolean {
  if (a?.status !== 'fulfilled' || b?.status !== 'fulfilled') return false;
  return isDeepStrictEqual({ ...a.value, provenance: null }, { ...b.value, provenance: null });
}
