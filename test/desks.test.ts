/** What an applicant sees of agencies that do not simply grant: one that never calls back, one that wants something mended. */
import { describe, expect, it } from 'vitest';
import { openCatalogue } from '../src/app.ts';
import type { Habit } from '../src/kit/index.ts';
import { filledForm } from './filled-form.ts';
import { type Hall, startHall } from './harness.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LONGEST_DAYS = 4;
const STEP_HOURS = 12;
const USCC = '91321071990000017N';
/** What the sandbox asks to be mended. */
const MENDED = 'application-form';

interface Of {
  readonly slug: string;
  readonly connector: string;
  readonly agency: string;
}
const FUND: Of = { slug: 'hf-unit', connector: 'provincial', agency: 'js-service-portal' };
const BANK: Of = { slug: 'bank-appointment', connector: 'provincial', agency: 'js-service-portal' };
const MEDICAL: Of = { slug: 'mi-unit', connector: 'provincial', agency: 'js-medical-insurance' };
const INSURANCE: Of = { slug: 'si-registration', connector: 'social-security', agency: 'social-security' };
const CITY: Of = { slug: 'energy-review-large', connector: 'city-offices', agency: 'city-offices' };

async function run(hall: Hall, name: string, input: object) {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { case { number } problems { code path message } } }`;
  const { data, errors } = await hall.ask(query, { input });
  expect(errors, name).toBeUndefined();
  expect(data[name].problems, name).toEqual([]);
  return data[name].case as { number: string };
}

/** Hands one item in for an enterprise, with everything it asks for. */
async function handIn(hall: Hall, { slug }: Of): Promise<string> {
  const catalogue = openCatalogue(undefined);
  const item = catalogue.item(slug);
  if (!item) throw new Error(`the catalogue has no ${slug}`);
  const { number } = await run(hall, 'openCase', { items: [item.code], applicant: { uscc: USCC, nameZh: '扬州示例精密机械有限公司' } });
  const wanted = item.materials.filter(({ required, materialId }) => required && !catalogue.material(materialId)?.fromForm);
  for (const { materialId } of wanted) await run(hall, 'attachMaterial', { number, material: materialId, certificateNumber: '示例-1' });
  await run(hall, 'saveForm', { number, form: filledForm([item], catalogue) });
  await run(hall, 'submitCase', { number, idempotencyKey: `desk-${number}` });
  return number;
}

const itemOf = async (hall: Hall, number: string) =>
  (
    await hall.ask(
      `{ case(number: "${number}") { items { id phase connector reference correction { material { id } what } result { number } } } }`,
    )
  ).data.case.items[0];

/** Hours of the sandbox pass until the item stands so. */
async function untilIn(hall: Hall, number: string, phase: string): Promise<void> {
  const seen: string[] = [];
  for (let hours = 0; hours < LONGEST_DAYS * 24; hours += STEP_HOURS) {
    for (let looks = 0; looks < 10; looks++) {
      const now = (await itemOf(hall, number)).phase;
      if (now === phase) return;
      if (seen.at(-1) !== now) seen.push(now);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    await hall.advance(STEP_HOURS * HOUR);
  }
  throw new Error(`the item should have become ${phase}, was ${seen.join(', ')}`);
}

async function habit(hall: Hall, { connector, agency }: Of, which: Habit) {
  await hall.sandbox.setHabit(connector, which, agency);
}

async function bookOf(hall: Hall, { connector }: Of, reference: string) {
  const found = (await hall.sandbox.applications(connector)).filter((file) => file.reference === reference);
  expect(found).toHaveLength(1);
  return found[0];
}

// Each has a hall of its own, and waits for it.
describe.concurrent('decisions of agencies', () => {
  it.each([FUND, BANK, INSURANCE, CITY])(
    '$slug of an agency that never calls back is granted by asking',
    async (of) => {
      await using hall = await startHall({}, {}, { as: 'clerk' });
      await habit(hall, of, 'silent');
      const number = await handIn(hall, of);
      await untilIn(hall, number, 'RECEIVED');
      await hall.advance(3 * DAY);
      await untilIn(hall, number, 'GRANTED');
      const item = await itemOf(hall, number);
      expect(item).toMatchObject({ connector: of.connector, result: { number: `示例-${item.reference}` } });
      expect(await bookOf(hall, of, item.reference)).toMatchObject({ taken: 1, told: [] });
    },
    90_000,
  );

  it.each([FUND, MEDICAL, INSURANCE, CITY])(
    '$slug that must be mended is mended once, and granted',
    async (of) => {
      await using hall = await startHall({}, {}, { as: 'clerk' });
      await habit(hall, of, 'correct');
      const number = await handIn(hall, of);
      await untilIn(hall, number, 'RECEIVED');
      await hall.advance(2 * HOUR);
      await untilIn(hall, number, 'CORRECTION');
      const asked = await itemOf(hall, number);
      expect(asked.correction).toMatchObject([{ material: { id: MENDED } }]);
      await run(hall, 'attachMaterial', { number, material: MENDED, certificateNumber: '示例-2' });
      await run(hall, 'supplement', { number, item: of.slug, materials: [MENDED] });
      await untilIn(hall, number, 'GRANTED');
      expect(await bookOf(hall, of, asked.reference)).toMatchObject({ taken: 1, supplements: [1] });
    },
    90_000,
  );
});
