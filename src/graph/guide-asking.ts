import { AgencyError } from '../connect/index.ts';
import type { Ask, KnownReading } from '../guide/index.ts';
import type { RequestContext } from './context.ts';

/** Part of a request's time after which a guide comes without what is still missing. */
const SHARE_OF_TIME = 1 / 3;

/** Asks everything at once. What is not there in time counts as failed, so that one hanging agency does not hold the guide. */
export async function readingsOf(asks: readonly Ask[], context: RequestContext): Promise<readonly (readonly [Ask, KnownReading])[]> {
  if (asks.length === 0) return [];
  const late = timer(context.timeMs * SHARE_OF_TIME);
  try {
    return await Promise.all(
      asks.map(async (ask) => [ask, await Promise.race([readingOf(ask, context), late.over.then(() => tooLate(ask, context))])] as const),
    );
  } finally {
    late.stop();
  }
}

async function readingOf({ section, key }: Ask, { reader }: RequestContext): Promise<KnownReading> {
  try {
    const answer = await reader.read(section, key);
    return answer ? { kind: 'value', value: answer, provenance: answer.provenance } : { kind: 'absent' };
  } catch (error) {
    if (!(error instanceof AgencyError)) throw error;
    return { kind: 'failed', agency: error.agency || null, code: error.code };
  }
}

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
