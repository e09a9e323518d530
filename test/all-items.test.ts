/** Every delegated power can be handed in at one window and is decided: by its agency's desk, or at the hall's own bureau. */
import { expect, it } from 'vitest';
import { openCatalogue } from '../src/app.ts';
import type { Catalogue } from '../src/catalogue/index.ts';
import { filledForm } from './filled-form.ts';
import { type Hall, startHall } from './harness.ts';

const DAY = 86_400_000;
const AT_ONCE = 8;
const USCC = '91321071990000017N';
const PERSON = '321012198812139970';

type Item = Catalogue['items'][number];

it('all 216 delegated powers are handed in, and finished', async () => {
  await using hall = await startHall({}, {}, { as: 'clerk' });
  const catalogue = openCatalogue(undefined);
  const items = catalogue.items.filter(({ delegated }) => delegated);
  expect(items).toHaveLength(216);
  const numbers = new Map<string, string>();
  for (let i = 0; i < items.length; i += AT_ONCE)
    for (const [slug, number] of await Promise.all(items.slice(i, i + AT_ONCE).map((item) => handIn(hall, item, catalogue))))
      numbers.set(slug, number);
  await decideAll(hall);
  // Agencies take their time; the bureau has decided already.
  for (let day = 0; day < 3; day++) await hall.advance(2 * DAY);
  await expect.poll(() => open(hall, numbers), { timeout: 60_000, interval: 500 }).toEqual([]);
}, 240_000);

const run = async (hall: Hall, name: string, input: object, role: 'clerk' | 'officer' = 'clerk') => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { case { number items { id phase } } problems { code path message } } }`;
  const { data, errors } = await hall.ask(query, { input }, { role });
  expect(errors, name).toBeUndefined();
  return data[name];
};

async function handIn(hall: Hall, item: Item, catalogue: Catalogue): Promise<readonly [string, string]> {
  const applicant = item.applicant.includes('enterprise')
    ? { uscc: USCC, nameZh: '扬州示例精密机械有限公司' }
    : { idNumber: PERSON, nameZh: '示例居民' };
  const opened = await run(hall, 'openCase', { items: [item.code], applicant });
  expect(opened.problems, item.slug).toEqual([]);
  const { number } = opened.case;
  const wanted = item.materials.filter(({ required, materialId }) => required && !catalogue.material(materialId)?.fromForm);
  for (const { materialId } of wanted) await run(hall, 'attachMaterial', { number, material: materialId, certificateNumber: '示例-1' });
  await run(hall, 'saveForm', { number, form: filledForm([item], catalogue) });
  const done = await run(hall, 'submitCase', { number, idempotencyKey: `all-${item.slug}` });
  expect(done.problems, item.slug).toEqual([]);
  return [item.slug, number];
}

async function decideAll(hall: Hall): Promise<void> {
  const { data } = await hall.ask('{ tasks(filter: { free: true }) { id } }', {}, { role: 'officer' });
  for (const { id } of data.tasks) {
    await run(hall, 'takeTask', { item: id }, 'officer');
    await run(hall, 'decide', { item: id, decision: 'GRANT', resultNumber: '示例批复' }, 'officer');
  }
}

/** Slugs of what is not granted yet. */
async function open(hall: Hall, numbers: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const granted = new Set<string>();
  for await (const number of numbersOf(hall, 'GRANTED')) granted.add(number);
  return [...numbers].filter(([, number]) => !granted.has(number)).map(([slug]) => slug);
}

/** All cases of a status, page by page. */
async function* numbersOf(hall: Hall, status: string) {
  const query = `query ($after: String) { cases(filter: { status: ${status} }, first: 100, after: $after) { nodes { number } pageInfo { hasNextPage endCursor } } }`;
  let after: string | null = null;
  do {
    const { data } = await hall.ask(query, { after });
    for (const { number } of data.cases.nodes) yield number as string;
    after = data.cases.pageInfo.hasNextPage ? data.cases.pageInfo.endCursor : null;
  } while (after !== null);
}
