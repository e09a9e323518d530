/** What only an exchange database can do wrong: rows that are lost, late, or there twice. */
import type { TestLine } from '../test-line.ts';
import { answers, failsAs, failureOf, must, type Sample } from './asking.ts';

/** A reply that is 0.8 s late answers the fourth question at the latest; some more for a busy machine. */
const MOST_QUESTIONS = 9;

/** Asks once more when a question ran out of time, until it is answered. */
async function answeredInTheEnd(line: TestLine, sample: Sample): Promise<void> {
  for (let i = 1; ; i++) {
    const error = await failureOf(line, sample);
    if (!error) return;
    const isOver = i === MOST_QUESTIONS || error.code !== 'AGENCY_TIMEOUT';
    must(!isOver, `${sample.section} should have been answered by the late reply, got ${error.code} after ${i} more questions`);
  }
}

const openCount = async (line: TestLine): Promise<number> => (await line.open()).reduce((sum, { count }) => sum + count, 0);

/** One row for one question, and it is listed while it has no answer. */
export async function lost(line: TestLine, sample: Sample): Promise<void> {
  const { section } = sample;
  line.agency.faults.set('lost');
  for (let i = 0; i < 2; i++) await failsAs(line, sample, 'AGENCY_TIMEOUT', 'its request was lost');
  const { calls } = line.agency.traffic();
  must(calls === 1, `${section} should ask again with the request that is open already: one question wrote ${calls} rows`);
  const open = await openCount(line);
  must(open === 1, `${section} should be listed as open when its request was lost, got ${open} open requests`);
}

/** The reply that came too late for one question answers the next. */
export async function late(line: TestLine, sample: Sample): Promise<void> {
  const { section } = sample;
  line.agency.faults.set('late');
  await failsAs(line, sample, 'AGENCY_TIMEOUT', 'its reply comes when nobody waits any more');
  await answeredInTheEnd(line, sample);
  const { calls } = line.agency.traffic();
  must(calls === 1, `${section} should be answered by the late reply instead of asking again: it wrote ${calls} rows`);
  must((await openCount(line)) === 0, `${section} should not be listed as open when it has its answer`);
}

/** A second reply is no answer to anything. */
export async function twice(line: TestLine, sample: Sample): Promise<void> {
  const { section } = sample;
  line.agency.faults.set('twice');
  for (let i = 0; i < 2; i++) await answers(line, sample);
  const { calls } = line.agency.traffic();
  must(calls === 2, `${section} should ask anew when it has its answer: two questions wrote ${calls} rows, a second reply stood in`);
}
