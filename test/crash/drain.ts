import { setTimeout as delay } from 'node:timers/promises';
import { ask } from './clients.ts';
import type { CrashHall } from './hall.ts';

const DAY_MS = 86_400_000;
const LOOK_MS = 250;

interface StuckItem {
  readonly id: string;
  readonly phase: string;
  readonly connector: string;
}

/**
 * Lets time pass until everything is final, or nothing has moved for `patienceMs`. What is stuck is settled as a person would:
 * by a look into the agency's book. Gives back how many items a person had to settle.
 */
export async function drain(hall: CrashHall, patienceMs: number): Promise<number> {
  let settled = 0;
  let before = '';
  let movedAt = Date.now();
  while (Date.now() - movedAt < patienceMs) {
    await hall.advance(DAY_MS);
    await delay(LOOK_MS);
    settled += await settleStuck(hall);
    const open = await openPhases(hall);
    if (open === '') return settled;
    if (open !== before) movedAt = Date.now();
    before = open;
  }
  return settled;
}

const STATUSES = ['IN_PROGRESS', 'STUCK', 'CORRECTION'];
const OPEN = `{ ${STATUSES.map((status) => `${status}: cases(filter: { status: ${status} }, first: 100) { nodes { number items { phase } } }`).join(' ')} }`;

/** Where open cases stand; empty when none is open. */
async function openPhases(hall: CrashHall): Promise<string> {
  const data = await ask(hall, OPEN);
  if (!data) return 'no answer';
  const nodes = STATUSES.flatMap((status) => data[status].nodes as { number: string; items: { phase: string }[] }[]);
  return nodes.map(({ number, items }) => [number, ...items.map(({ phase }) => phase)].join(' ')).join('\n');
}

async function settleStuck(hall: CrashHall): Promise<number> {
  const stuck: readonly StuckItem[] = (await ask(hall, '{ stuckItems { id phase connector } }'))?.stuckItems ?? [];
  for (const item of stuck) await settle(hall, item);
  return stuck.length;
}

async function settle(hall: CrashHall, { id, connector }: StuckItem): Promise<void> {
  const file = (await hall.sandbox.applications(connector)).find(({ key }) => key === id);
  const reason = '电话核实';
  const input = { item: id, reason, ...(file && { reference: file.reference }) };
  const name = file ? 'confirmReceipt' : 'resendItem';
  await ask(
    hall,
    `mutation ($input: ${file ? 'ConfirmReceipt' : 'ResendItem'}Input!) { ${name}(input: $input) { problems { code } } }`,
    input,
  );
}
