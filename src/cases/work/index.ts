import { askCarriers, carry, type ErrandJob, warnOfHandOver } from '../errands/index.ts';
import { type CasesTools, QUEUES } from '../tools.ts';
import { askDesk, askSilentDesks } from './ask.ts';
import { dispatch, type ItemJob } from './dispatch.ts';
import { type SupplementJob, supplementDesk } from './supplement.ts';
import { fetchDelayed, followUp, warn } from './sweep.ts';

/** How often the room looks what time has brought. One process of the hall does it at a time. */
const SWEEP_MS = 1_000;

/** Begins to work: sends what is queued, asks desks that are silent, and keeps the clocks. Gives back what stops it. */
export function startWork(tools: CasesTools): () => Promise<void> {
  const { store, log } = tools;
  store.work<ItemJob>(QUEUES.dispatch, ({ data }) => dispatch(data, tools));
  store.work<SupplementJob>(QUEUES.supplement, ({ id, data }) => supplementDesk({ ...data, id }, tools));
  store.work<ErrandJob>(QUEUES.carry, ({ data }) => carry(data, tools));
  store.work<ItemJob>(QUEUES.ask, ({ data }) => askDesk(data, tools));
  let running: Promise<unknown> = Promise.resolve();
  let isStopped = false;
  let timer = setTimeout(sweep, SWEEP_MS);

  function sweep(): void {
    running = store
      .alone('sweep', () => sweepOnce(tools))
      .catch((error: unknown) => log.warn({ err: error }, 'the clocks of cases could not be looked at'))
      .finally(() => {
        if (!isStopped) timer = setTimeout(sweep, SWEEP_MS);
      });
  }

  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await running;
  };
}

async function sweepOnce(tools: CasesTools): Promise<void> {
  await askSilentDesks(tools);
  await askCarriers(tools);
  await warn(tools);
  await warnOfHandOver(tools);
  await followUp(tools);
  await fetchDelayed(tools);
  await tools.files.sweep();
}
