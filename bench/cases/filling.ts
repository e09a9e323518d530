/** Cases of one item, filled in and ready to be handed in. */
import { setTimeout as delay } from 'node:timers/promises';
import { openCatalogue } from '../../src/app.ts';
import { filledForm } from '../../test/filled-form.ts';
import { enterprises } from '../gateway.ts';
import type { BenchHall, Life } from './hall.ts';

/** The desk that takes the item, over HTTP. */
export const DESK = 'social-security';
const ITEM = 'si-registration';
const LOOK_AGAIN_MS = 100;

const catalogue = openCatalogue(undefined);
const item = catalogue.item(ITEM);
if (!item) throw new Error(`bench: the catalogue has no item ${ITEM}; name another one in bench/cases/filling.ts`);
const form = filledForm([item], catalogue);
const brought = item.materials.filter(({ required, materialId }) => required && !catalogue.material(materialId)?.fromForm);

const mutation = (name: string): string =>
  `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { case { number } problems { code path } } }`;

async function tell(life: Life, name: string, input: object): Promise<string> {
  const { case: found, problems } = (await life.ask(mutation(name), { input }))[name];
  if (!found) throw new Error(`${name}: ${JSON.stringify(problems)}`);
  return found.number;
}

async function fill(life: Life, i: number): Promise<string> {
  const { uscc, nameZh } = enterprises[i % enterprises.length] ?? {};
  const number = await tell(life, 'openCase', { items: [ITEM], applicant: { uscc, nameZh } });
  for (const { materialId } of brought) await tell(life, 'attachMaterial', { number, material: materialId, certificateNumber: '示例-1' });
  await tell(life, 'saveForm', { number, form });
  return number;
}

/** Hands a case in. */
export const submit = (life: Life, number: string): Promise<string> =>
  tell(life, 'submitCase', { number, idempotencyKey: `bench-${number}` });

/** Opens and fills so many cases; their numbers. */
export const filled = (life: Life, count: number): Promise<readonly string[]> =>
  spread(
    Array.from({ length: count }, (_, i) => i),
    8,
    (i) => fill(life, i),
  );

/** Works through a list, so many at the same time. */
export async function spread<T, R>(list: readonly T[], atOnce: number, work: (each: T) => Promise<R>): Promise<readonly R[]> {
  const queue = list.entries();
  const done: R[] = [];
  const worker = async () => {
    for (const [place, each] of queue) done[place] = await work(each);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return done;
}

/** How many applications the desk has. */
export const arrived = async ({ sandbox }: BenchHall): Promise<number> => (await sandbox.applications(DESK)).length;

/** Waits until the desk has so many. */
export async function untilArrived(hall: BenchHall, count: number): Promise<void> {
  while ((await arrived(hall)) < count) await delay(LOOK_AGAIN_MS);
}

/** Waits until the hall itself knows that every one of these cases is with its agency. */
export async function untilReceived(life: Life, numbers: readonly string[]): Promise<void> {
  let left = numbers;
  while (left.length > 0) {
    const phases = await spread(left, 4, async (number) => (await life.ask(PHASES, { number })).case.items as readonly { phase: string }[]);
    left = left.filter((_, i) => phases[i]?.some(({ phase }) => phase === 'QUEUED'));
    if (left.length > 0) await delay(LOOK_AGAIN_MS);
  }
}

const PHASES = 'query ($number: CaseNumber!) { case(number: $number) { items { phase } } }';
