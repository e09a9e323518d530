import { isDeepStrictEqual } from 'node:util';
import type { AgencyAnswer, AgencyError, Connector, Duration, Policy } from '../connect/index.ts';
import { answers, failsAs, failureOf, must, PATIENCE_MS, type Sample } from './checks/asking.ts';
import { HABITS_TO_HEAR, hears, knowsNothing, lostReply, refusesForgeries, sendsOnce, takesBack, underTrouble } from './checks/desk.ts';
import { late, lost, twice } from './checks/exchange.ts';
import { type Code, EXPECTED, type Expectation } from './checks/expected.ts';
import { DatabaseHost } from './exchange/database-host.ts';
import type { Fault, Transport } from './faults.ts';
import { describeHabit } from './office/habits.ts';
import type { SandboxSpec } from './sandbox.ts';
import { type DeskLine, type TestLine, testLine } from './test-line.ts';

export interface ConformanceOptions {
  readonly connector: Connector;
  /** Its `samples` say which keys are asked for. */
  readonly sandbox: SandboxSpec;
  /** Folder of `subjects.json` and `credit.json`; the shipped ones unless told. */
  readonly subjects?: string;
  /** How many sections are put through every fault; the others are only asked. Default all. */
  readonly thorough?: number;
  /** Where several suites share a database that is slow to start. */
  readonly databases?: DatabaseHost;
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

/** A time limit that an agency under "slow" keeps and one under "hang" does not. */
const LIMIT: Duration = '8s';
const HANG_LIMIT: Duration = '300ms';
/** A token request may come before the question. */
const MOST_CALLS = 2;
const HOUR_MS = 3_600_000;
/** One check follows the other: a database that is slow to start stays for the next. */
const LINGER_MS = 1_000;

type Extra = readonly [name: string, policy: Policy, work: (line: TestLine, sample: Sample) => Promise<void>];

/** What is asked of a transport beyond the faults of all. */
const EXTRAS: Readonly<Record<Transport, readonly Extra[]>> = {
  http: [],
  exchange: [
    ['keeps one request open when it was lost, and lists it', { timeout: HANG_LIMIT }, lost],
    ['is answered by a late reply instead of asking again', { timeout: HANG_LIMIT }, late],
    ['takes a second reply for no answer', {}, twice],
  ],
};

/** The checks every connector must pass, over its own sandbox. Any test runner can run them. */
export function conformance(options: ConformanceOptions): readonly Check[] {
  const samples = Object.entries(options.sandbox.samples).map(([section, keys]) => ({ section, keys }));
  const check = checkOf(options);
  const { thorough = samples.length } = options;
  const { transport = 'http' } = options.sandbox;
  return [
    check('every section it serves has a record in its sandbox', {}, (line) => servesItsSamples(line, samples)),
    ...samples.slice(0, thorough).flatMap((sample) => allOf(sample, transport, check)),
    ...samples.slice(thorough).map((sample) => asked(sample, check)),
    ...(options.sandbox.applications ?? []).flatMap((item) => ofDesk(item, transport, check)),
  ];
}

/** What the desk that takes an item must do. What it cannot do is not asked of it. */
function ofDesk(item: string, transport: Transport, check: MakeCheck): readonly Check[] {
  const desk = (what: string, work: (line: DeskLine) => Promise<void>) =>
    check(`the desk for ${item} ${what}`, { timeout: LIMIT }, (line) => work(line.desk(item)));
  const when = (can: (line: DeskLine) => boolean, work: (line: DeskLine) => Promise<void>) => async (line: DeskLine) =>
    can(line) ? work(line) : undefined;
  return [
    desk('takes one key for one application, where it says so', sendsOnce),
    desk('says that a refused application has not arrived', underTrouble),
    ...(transport === 'http' ? [desk('says that an application may have arrived, and finds it', lostReply)] : []),
    desk(
      'knows nothing of what was never handed in',
      when(({ counter }) => counter.can.inquire, knowsNothing),
    ),
    desk(
      'takes an application back',
      when(({ counter }) => counter.can.withdraw, takesBack),
    ),
    ...HABITS_TO_HEAR.map((habit) => desk(`hears everything of an agency that ${describeHabit(habit)}`, (line) => hears(line, habit))),
    desk(
      'T3, B76: refuses twelve forged call-backs',
      when(({ counter }) => counter.traits.callsBack, refusesForgeries),
    ),
  ];
}

const asked = (sample: Sample, check: MakeCheck): Check =>
  check(`${sample.section} answers, and says where it comes from`, {}, (line) => answers(line, sample));

const allOf = (sample: Sample, transport: Transport, check: MakeCheck): readonly Check[] => [
  ...inPeace(sample, check),
  ...underFaults(sample, transport, check),
  ...EXTRAS[transport].map(([name, policy, work]) => check(`${sample.section} ${name}`, policy, (line) => work(line, sample))),
  ...(sample.keys.length > 1 ? inBatches(sample, check) : []),
];

type MakeCheck = (name: string, policy: Policy, work: (line: TestLine) => Promise<void>) => Check;

function checkOf({ connector, sandbox, subjects, databases = new DatabaseHost(LINGER_MS) }: ConformanceOptions): MakeCheck {
  return (name, policy, work) => ({
    name,
    async run() {
      await using line = await testLine(connector, sandbox, subjects, policy, databases);
      await work(line);
    },
  });
}

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

function underFaults(sample: Sample, transport: Transport, check: MakeCheck): readonly Check[] {
  const { section } = sample;
  const faults = EXPECTED[transport].map((expected) => {
    const timeout = expected.code === 'AGENCY_TIMEOUT' ? HANG_LIMIT : LIMIT;
    return check(`${section} under "${expected.fault}" is ${expected.code}`, { timeout }, (line) => underFault(line, sample, expected));
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

async function servesItsSamples({ sections }: TestLine, samples: readonly Sample[]): Promise<void> {
  const sampled = samples.filter(({ keys }) => keys.length > 0).map(({ section }) => section);
  const lacking = sections.filter((section) => !sampled.includes(section));
  must(lacking.length === 0, `the sandbox should name a key it knows for ${lacking.join(', ')}: add it to samples`);
  const unserved = sampled.filter((section) => !sections.includes(section));
  must(unserved.length === 0, `the connector should serve ${unserved.join(', ')}: its sandbox has samples for it`);
}

async function underFault(line: TestLine, sample: Sample, { fault, code, retryAfterMs }: Expectation): Promise<void> {
  line.agency.faults.set(fault);
  const error = await failsAs(line, sample, code, `the agency ${line.describe(fault)}`);
  if (retryAfterMs !== undefined)
    must(error.retryAfterMs === retryAfterMs, `${sample.section} should have passed on Retry-After: 2, got ${error.retryAfterMs}`);
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
  must(codes.length < keys.length, `${section} should have answered the keys whose rows were right: the agency ${line.describe(fault)}`);
  must(
    codes.length === 1 && codes[0] === code,
    `${section} should fail one key with ${code}, got ${codes.join(', ') || 'no failure'}: ${why}`,
  );
}

function isSameRecord(a: Settled | undefined, b: Settled | undefined): boolean {
  if (a?.status !== 'fulfilled' || b?.status !== 'fulfilled') return false;
  return isDeepStrictEqual({ ...a.value, provenance: null }, { ...b.value, provenance: null });
}
