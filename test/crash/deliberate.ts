/** Four faults, each built into the room of cases from outside, to show that the checks would find them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { CasesTools } from '../../src/cases/index.ts';
import type { Counter } from '../../src/connect/index.ts';
import type { AuditEntry, Store, Unit } from '../../src/store/index.ts';

export type Fault = 'reply-before-commit' | 'new-key-per-attempt' | 'audit-outside' | 'no-lease-recovery';

/** How long something stays undone that should have been done in the transaction. */
const LATE_MS = 500;

export function broken(fault: Fault | undefined, tools: CasesTools): CasesTools {
  switch (fault) {
    case undefined:
      return tools;
    case 'reply-before-commit':
      return { ...tools, store: { ...tools.store, transaction: replyingEarly(tools.store) } };
    case 'new-key-per-attempt':
      return {
        ...tools,
        engine: { ...tools.engine, desks: { ...tools.engine.desks, of: (item) => rekeyed(tools.engine.desks.of(item)) } },
      };
    case 'audit-outside':
      return { ...tools, store: { ...tools.store, transaction: auditingLater(tools.store) } };
    case 'no-lease-recovery':
      return { ...tools, store: { ...tools.store, work: forgetful(tools.store) } };
  }
}

/** A submission is answered although it is only committed a moment later. */
function replyingEarly(store: Store): Store['transaction'] {
  return async (work) => {
    const early = await rehearsed(store, work);
    if (!early.isSubmission) return store.transaction(work);
    void delay(LATE_MS).then(() => store.transaction(work));
    return early.result;
  };
}

/** What the work would come to: everything is rolled back. */
async function rehearsed<T>(
  store: Store,
  work: (unit: Unit) => Promise<T>,
): Promise<{ readonly result: T; readonly isSubmission: boolean }> {
  let isSubmission = false;
  const over = new Error('rehearsed');
  const results: T[] = [];
  const rehearsal = store.transaction(async (unit) => {
    const write = (entry: AuditEntry) => {
      isSubmission ||= entry.action === 'case.submitted';
    };
    results.push(await work({ ...unit, audit: { write } }));
    throw over;
  });
  await rehearsal.catch((cause: unknown) => {
    if (cause !== over) throw cause;
  });
  return { result: results[0] as T, isSubmission };
}

const rekeyed = (counter: Counter | undefined): Counter | undefined =>
  counter && { ...counter, submit: (application, asking) => counter.submit({ ...application, key: randomUUID() }, asking) };

/** The rows of proof are written in a transaction of their own, a moment later. */
function auditingLater(store: Store): Store['transaction'] {
  return async (work) => {
    const entries: AuditEntry[] = [];
    const result = await store.transaction((unit) => {
      entries.length = 0;
      return work({ ...unit, audit: { write: (entry) => entries.push(entry) } });
    });
    void delay(LATE_MS).then(() => store.transaction(async ({ audit }) => entries.forEach((entry) => void audit.write(entry))));
    return result;
  };
}

/** What a dead worker had in its hands is taken up by nobody. */
function forgetful(store: Store): Store['work'] {
  return (queue, run) =>
    store.work(queue, async (job) => {
      const { itemId } = job.data as { readonly itemId?: string };
      if (queue.name === 'dispatch' && itemId && (await wasTaken(store, itemId))) return;
      await run(job as never);
    });
}

async function wasTaken({ db }: Store, itemId: string): Promise<boolean> {
  const { rows } = (await db.execute(sql`select in_doubt from yimen.case_items where id = ${itemId}`)) as unknown as {
    rows: { in_doubt: boolean }[];
  };
  return rows[0]?.in_doubt ?? false;
}
