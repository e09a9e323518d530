/**
 * A gateway as a process of its own that may be told to die: the composition root as it is, with what a test may fit. It
 * is sent its plan, and tells its parent its address when it listens.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Fittings, startYimen, type Yimen } from '../../src/app.ts';
import type { CasesTools, CrashPoint } from '../../src/cases/index.ts';
import { readSettings } from '../../src/settings/index.ts';
import { isUnavailable } from '../../src/store/index.ts';
import { broken, type Fault } from './deliberate.ts';

const AGAIN_MS = 200;

export interface Plan {
  /** Where it does `how` to itself. */
  readonly place?: CrashPoint;
  /** At the how many-th time it comes there. */
  readonly times?: number;
  readonly how?: 'SIGKILL' | 'SIGSTOP';
  /** A fault that is built in on purpose. */
  readonly fault?: Fault;
}

/** Comes loaded, and begins when it is given its plan: so the next life begins the moment the one before has ended. */
process.once('message', (plan: Plan) => void live(plan));
process.once('disconnect', () => process.exit(0));

async function live(plan: Plan): Promise<void> {
  const casesTools = (tools: CasesTools): CasesTools => ({ ...broken(plan.fault, tools), at: dyingAt(plan) });
  const gateway = await started({ casesTools });
  process.send?.({ url: gateway.url });
  process.once('SIGTERM', () => void gateway.close().finally(() => process.exit(0)));
}

/** A database that is being started again is waited for, as whoever supervises a gateway would start it again. */
async function started(fittings: Fittings): Promise<Yimen> {
  for (;;)
    try {
      return await startYimen(readSettings(process.env, process.cwd()), fittings);
    } catch (cause) {
      if (!isUnavailable(cause)) throw cause;
      await delay(AGAIN_MS);
    }
}

function dyingAt({ place, times = 1, how = 'SIGKILL' }: Plan): (place: CrashPoint) => void {
  let left = times;
  return (reached) => {
    if (reached === place && --left === 0) process.kill(process.pid, how);
  };
}
