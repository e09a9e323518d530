import type { AgencyAnswer, AgencyError, Connector, Duration, Policy } from '../connect/index.ts';
import type { Fault } from './faults.ts';
import type { SandboxSpec } from './sandbox.ts';
import { type TestLine, testLine } from './test-line.ts';

/** A section of a connector with a key its sandbox knows. */
export interface SampleSection {
  /** Like `Enterprise.tax`. */
  readonly section: string;
  readonly key: unknown;
}

export interface ConformanceOptions {
  readonly connector: Connector;
  readonly sandbox: SandboxSpec;
  /** Folder of `subjects.json` and `credit.json`. */
  readonly subjects: string;
  readonly sections: readonly SampleSection[];
  readonly policy?: Policy;
}

/** One thing a connector must do. `run` rejects with a sentence that says what it should have done. */
export interface Check {
  readonly name: string;
  run(): Promise<void>;
}

/** What a section must answer under each fault. A reply that breaks off is a broken line, so it counts as unavailable. */
const EXPECTED: readonly (readonly [Fault, AgencyError['code']])[] = [
  ['down', 'AGENCY_UNAVAILABLE'],
  ['hang', 'AGENCY_TIMEOUT'],
  ['error', 'AGENCY_UNAVAILABLE'],
  ['throttle', 'AGENCY_THROTTLED'],
  ['garbage', 'AGENCY_PROTOCOL'],
  ['charset', 'AGENCY_PROTOCOL'],
  ['truncated', 'AGENCY_UNAVAILABLE'],
  ['expired', 'AGENCY_CREDENTIALS'],
];

const PATIENCE_MS = 4_000;
/** A time limit that an agency under "slow" keeps and one under "hang" does not. */
const LIMIT = '2s';
const HANG_LIMIT = '300ms';

/** The checks every connector must pass, over its own sandbox. Any test runner can run them. */
export function conformance(options: ConformanceOptions): readonly Check[] {
  return options.sections.flatMap((sample) => [
    check(`${sample.section} answers, and says where it comes from`, options, (line) => answers(line, sample, options)),
    check(`${sample.section} answers although the agency is slow`, options, async (line) => {
      line.agency.faults.set('slow');
      await answers(line, sample, options);
    }),
    ...EXPECTED.map(([fault, code]) =>
      check(`${sample.section} under "${fault}" is ${code}`, withLimit(options, fault === 'hang' ? HANG_LIMIT : LIMIT), (line) =>
        failsAs(line, sample, fault, code, options),
      ),
    ),
  ]);
}

const withLimit = (options: ConformanceOptions, timeout: Duration): ConformanceOptions => ({
  ...options,
  policy: { ...options.policy, timeout },
});

function check(name: string, options: ConformanceOptions, work: (line: TestLine) => Promise<void>): Check {
  return {
    name,
    async run() {
      await using line = await testLine(options.connector, options.sandbox, options.subjects, options.policy);
      await work(line);
    },
  };
}

function must(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(sentence);
}

async function answers(line: TestLine, { section, key }: SampleSection, { connector }: ConformanceOptions): Promise<void> {
  const answer: AgencyAnswer | null = await line.read(section, key, PATIENCE_MS);
  must(answer !== null, `${section} should have answered: the sandbox must hold a record for the sample key`);
  must(answer.provenance.connector === connector.id, `${section} should name its own connector in its provenance`);
  must(answer.provenance.freshness === 'LIVE', `${section} should be LIVE when it was asked just now`);
}

async function failsAs(
  line: TestLine,
  sample: SampleSection,
  fault: Fault,
  code: string,
  { connector }: ConformanceOptions,
): Promise<void> {
  line.agency.faults.set(fault);
  const { section, key } = sample;
  const reading = line.read(section, key, PATIENCE_MS);
  const error = await reading.then(
    () => undefined,
    (cause: AgencyError) => cause,
  );
  must(error !== undefined, `${section} should have failed: the agency was under "${fault}"`);
  must(error.code === code, `${section} should have failed with ${code}, got ${error.code} (${JSON.stringify(error.private)})`);
  must(error.connector === connector.id, `${section} should name its own connector in its error`);
  if (fault === 'throttle')
    must(error.retryAfterMs === 2_000, `${section} should have passed on Retry-After: 2, got ${error.retryAfterMs}`);
  leaksNothing(line, sample);
}

/** No log line holds the key that was asked or a secret of the settings. */
function leaksNothing({ logLines, agency }: TestLine, { section, key }: SampleSection): void {
  must(logLines.length === 1, `${section} should leave one log line per failed call, got ${logLines.length}`);
  const log = logLines.join('\n');
  must(!log.includes(typeof key === 'string' ? key : JSON.stringify(key)), `${section} should not write the key it was asked into the log`);
  const secrets = Object.entries(agency.settings).filter(([, setting]) => typeof setting === 'object' && setting !== null);
  for (const [name, setting] of secrets)
    must(!log.includes(String((setting as { sandbox?: string }).sandbox)), `${section} should not write the secret "${name}" into the log`);
}
