/** What every check does: asks a section, and says in a sentence what should have come of it. */
import type { AgencyError } from '../../connect/index.ts';
import type { TestLine } from '../test-line.ts';
import type { Code } from './expected.ts';

/** A section and keys its sandbox knows. */
export interface Sample {
  readonly section: string;
  readonly keys: readonly unknown[];
}

export const PATIENCE_MS = 12_000;

/** Throws the sentence when it does not hold. */
export function must(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(sentence);
}

export async function answers(line: TestLine, { section, keys }: Sample): Promise<void> {
  const answer = await line.read(section, keys[0], PATIENCE_MS);
  must(answer !== null, `${section} should have answered: the sandbox must hold a record for the sample key`);
  must(answer.provenance.connector === line.agency.id, `${section} should name its own connector in its provenance`);
  must(answer.provenance.freshness === 'LIVE', `${section} should be LIVE when it was asked just now`);
}

export async function failureOf(line: TestLine, { section, keys }: Sample): Promise<AgencyError | undefined> {
  return line.read(section, keys[0], PATIENCE_MS).then(
    () => undefined,
    (cause: AgencyError) => cause,
  );
}

export async function failsAs(line: TestLine, sample: Sample, code: Code, why: string): Promise<AgencyError> {
  const { section } = sample;
  const error = await failureOf(line, sample);
  must(error !== undefined, `${section} should have failed with ${code}: ${why}`);
  must(error.code === code, `${section} should have failed with ${code}, got ${error.code} (${JSON.stringify(error.private)}): ${why}`);
  must(error.connector === line.agency.id, `${section} should name its own connector in its error`);
  return error;
}
