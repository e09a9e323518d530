/**
 * A gateway as a process of its own that may be told to die: the composition root as it is, with what a test may fit. It
 * is sent its plan, and tells its parent its address when it listens.
 */
import { startYimen } from '../../src/app.ts';
import type { CasesTools, CrashPoint } from '../../src/cases/index.ts';
import { readSettings } from '../../src/settings/index.ts';
import { broken, type Fault } from './deliberate.ts';

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
  const gateway = await startYimen(readSettings(process.env, process.cwd()), { casesTools });
  process.send?.({ url: gateway.url });
  process.once('SIGTERM', () => void gateway.close().finally(() => process.exit(0)));
}

function dyingAt({ place, times = 1, how = 'SIGKILL' }: Plan): (place: CrashPoint) => void {
  let left = times;
  return (reached) => {
    if (reached === place && --left === 0) process.kill(process.pid, how);
  };
}
