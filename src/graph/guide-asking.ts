import type { Theme } from '../catalogue/index.ts';
import { AgencyError } from '../connect/index.ts';
import type { Ask, KnownReading } from '../guide/index.ts';
import type { Needs } from '../trust/index.ts';
import { type Look, needsOfPurpose, subjectIn } from './access/index.ts';
import type { RequestContext } from './context.ts';

/** Part of a request's time after which a guide comes without what is still missing. */
const SHARE_OF_TIME = 1 / 3;

/** Asks everything at once. What is not there in time counts as failed, so that one hanging agency does not hold the guide. */
export async function readingsOf(
  asks: readonly Ask[],
  theme: Theme,
  context: RequestContext,
): Promise<readonly (readonly [Ask, KnownReading])[]> {
  if (asks.length === 0) return [];
  const needs = await needsOfPurpose({ kind: 'THEME', code: theme.id }, context);
  const late = timer(context.timeMs * SHARE_OF_TIME);
  try {
    return await Promise.all(
      asks.map(
        async (ask) =>
          [ask, await Promise.race([readingOf(ask, needs ?? NONE, context), late.over.then(() => tooLate(ask, context))])] as const,
      ),
    );
  } finally {
    late.stop();
  }
}

const NONE: Needs = new Set();

/** What the guide may not look at counts as unchecked: the plan is the same, and says what is missing. */
async function readingOf({ section, key }: Ask, needs: Needs, { reader, looks, servedBy, ruleOf }: RequestContext): Promise<KnownReading> {
  const agency = servedBy(section)?.agency;
  const look: Look = {
    section,
    rule: ruleOf(section) === 'OPEN' ? 'OPEN' : 'SESSION',
    subject: subjectIn(section, key),
    paths: within(section, needs),
    agency,
  };
  const refused = looks.refused(look);
  if (refused) return { kind: 'failed', agency: agency ?? null, code: refused };
  try {
    const answer = await reader.read(section, key);
    return answer ? { kind: 'value', value: answer, provenance: answer.provenance } : { kind: 'absent' };
  } catch (error) {
    if (!(error instanceof AgencyError)) throw error;
    looks.missed(look);
    return { kind: 'failed', agency: error.agency || null, code: error.code };
  }
}

/** What a guide reads of a section: no more than its items call for. */
const within = (section: string, needs: Needs): readonly string[] =>
  [...needs].filter((path) => path === section || path.startsWith(`${section}.`));

const tooLate = ({ section }: Ask, { servedBy }: RequestContext): KnownReading => ({
  kind: 'failed',
  agency: servedBy(section)?.agency ?? null,
  code: 'AGENCY_TIMEOUT',
});

function timer(ms: number): { readonly over: Promise<void>; stop(): void } {
  let stop = () => {};
  const over = new Promise<void>((resolve) => {
    const timeout = setTimeout(resolve, ms);
    stop = () => clearTimeout(timeout);
  });
  return { over, stop };
}
