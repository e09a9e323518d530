/** One window, one case: a company is registered, then everybody else works at the same time. */
import { describe, expect, it } from 'vitest';
import { openCatalogue } from '../src/app.ts';
import type { Catalogue } from '../src/catalogue/index.ts';
import { noPostgres, openTestDatabase } from '../src/store/testing.ts';
import { filledForm } from './filled-form.ts';
import { type Hall, startHall } from './harness.ts';

const HOUR = 3_600_000;
const APPLICANT = '321012198812139970';
const PEOPLE = [
  { role: 'LEGAL_REPRESENTATIVE', idNumber: APPLICANT },
  { role: 'AGENT', idNumber: APPLICANT },
  { role: 'FINANCE_OFFICER', idNumber: APPLICANT },
  { role: 'SHAREHOLDER', idNumber: APPLICANT },
  { role: 'EMPLOYEE', idNumber: '321003199006039965' },
];
const STEP_HOURS = 6;
const LONGEST_MS = 30_000;

interface Event {
  readonly kind: string;
  readonly at: string;
  readonly actor: string;
  readonly item: { readonly slug: string } | null;
}

type Doer = Pick<Hall, 'ask'>;

async function run(at: Doer, name: string, input: object) {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const { data, errors } = await at.ask(
    `mutation ($input: ${type}!) { ${name}(input: $input) { case { number status } problems { code path message } } }`,
    { input },
  );
  expect(errors, name).toBeUndefined();
  expect(data[name].problems, name).toEqual([]);
  return data[name].case;
}

/** Opens the case with every question answered yes, brings what nobody holds, fills the one form, hands it in. */
async function openCompany(at: Doer, catalogue: Catalogue, key: string): Promise<string> {
  const theme = catalogue.theme('open-company');
  if (!theme) throw new Error('the catalogue has no theme open-company');
  const answers = theme.questions.map(({ id }) => ({ question: id, value: 'true' }));
  const applicant = { idNumber: APPLICANT, nameZh: '示例申请人', phone: '13800000000', people: PEOPLE };
  const { number } = await run(at, 'openCase', { theme: theme.id, answers, applicant });
  const items = theme.steps.flatMap(({ item }) => catalogue.item(item) ?? []);
  const made = new Set(items.flatMap(({ result }) => result?.materialId ?? []));
  const asked = new Set(items.flatMap(({ materials }) => materials.filter(({ required }) => required).map(({ materialId }) => materialId)));
  const brought = [...asked].filter((id) => !made.has(id) && !catalogue.material(id)?.fromForm && !catalogue.material(id)?.certificateType);
  for (const material of brought) await run(at, 'attachMaterial', { number, material, certificateNumber: '示例-1' });
  await run(at, 'saveForm', { number, form: filledForm(items, catalogue, theme) });
  await run(at, 'submitCase', { number, idempotencyKey: key });
  return number;
}

const caseOf = async (at: Doer, number: string) =>
  (
    await at.ask(`{ case(number: "${number}") { status
      items { phase connector reference item { slug } waitsFor { slug } result { number } }
      events { kind at actor item { slug } } } }`)
  ).data.case;

/** Moves the clock of the hall on until everything is decided. */
async function untilDecided(hall: Hall, at: Doer, numbers: readonly string[]) {
  for (let hours = 0; hours < 24 * 14; hours += STEP_HOURS) {
    const now = await Promise.all(numbers.map((number) => caseOf(at, number)));
    if (now.every(({ status }) => status === 'GRANTED')) return now;
    await hall.advance(STEP_HOURS * HOUR);
    await settled(at, numbers);
  }
  throw new Error(`still ${JSON.stringify(await Promise.all(numbers.map((number) => caseOf(at, number))))}`);
}

/** Waits until the hall has heard what agencies had to say at this time: nothing new for a moment. */
async function settled(at: Doer, numbers: readonly string[]): Promise<void> {
  let before = -1;
  await expect
    .poll(
      async () => {
        const cases = await Promise.all(numbers.map((number) => caseOf(at, number)));
        const count = cases.reduce((sum, { events }) => sum + events.length, 0);
        const isQuiet = count === before;
        before = count;
        return isQuiet;
      },
      { interval: 200, timeout: 10_000 },
    )
    .toBe(true);
}

const atOf = (events: readonly Event[], slug: string, kind: string): number => {
  const found = events.find((event) => event.item?.slug === slug && event.kind === kind);
  if (!found) throw new Error(`${slug} was never ${kind}`);
  return Date.parse(found.at);
};

/** Registration comes first; whoever waits for the same item starts at the same time. */
function inOrder(items: readonly { item: { slug: string }; waitsFor: { slug: string }[] }[], events: readonly Event[]): void {
  for (const { item, waitsFor } of items)
    for (const before of waitsFor)
      expect(atOf(events, item.slug, 'released'), `${item.slug} after ${before.slug}`).toBeGreaterThanOrEqual(
        atOf(events, before.slug, 'granted'),
      );
  const parallel = items.filter(({ waitsFor }) => waitsFor.map(({ slug }) => slug).join() === 'company-establish');
  expect(parallel.length).toBeGreaterThanOrEqual(5);
  const starts = parallel.map(({ item }) => atOf(events, item.slug, 'released'));
  expect(Math.max(...starts) - Math.min(...starts)).toBeLessThan(1_000);
}

function timeLine(events: readonly Event[]): string {
  const start = Date.parse(events[0]?.at ?? '');
  return events
    .filter(({ kind }) => ['submitted', 'received', 'granted'].includes(kind))
    .map(
      ({ kind, at, item, actor }) =>
        `${((Date.parse(at) - start) / HOUR).toFixed(1).padStart(7)} h  ${kind.padEnd(10)}${item?.slug ?? ''} (${actor})`,
    )
    .join('\n');
}

/** No agency took one item of this case in twice. */
async function onceEach(hall: Hall, items: readonly { connector: string | null; reference: string }[]): Promise<void> {
  for (const connector of new Set(items.flatMap((each) => each.connector ?? []))) {
    const files = await hall.sandbox.applications(connector);
    expect(files.every(({ taken }) => taken === 1)).toBe(true);
    const references = items.filter((each) => each.connector === connector).map(({ reference }) => reference);
    expect(files.map(({ reference }) => reference)).toEqual(expect.arrayContaining(references));
  }
}

describe('open a company', () => {
  it('registration first, then everybody at the same time, until the bank knows', async () => {
    await using hall = await startHall({}, {}, { as: 'clerk' });
    const started = performance.now();
    const number = await openCompany(hall, openCatalogue(undefined), 'company-1');
    const [{ items, events }] = await untilDecided(hall, hall, [number]);
    const tookMs = performance.now() - started;
    console.log(`open-company in ${(tookMs / 1_000).toFixed(1)} s of wall time:\n${timeLine(events)}`);
    expect(items).toHaveLength(12);
    expect(items.filter(({ connector }: { connector: string | null }) => connector === null)).toEqual([]);
    inOrder(items, events);
    await onceEach(hall, items);
    expect(tookMs).toBeLessThan(LONGEST_MS);
  }, 120_000);
});

describe.skipIf(noPostgres !== undefined)('two replicas that start at the same moment on an empty database', () => {
  it('share the work: nothing is done twice', async () => {
    await using database = await openTestDatabase();
    await using hall = await startHall({}, { DATABASE_URL: database.url }, { together: 2, as: 'clerk' });
    const catalogue = openCatalogue(undefined);
    const [other] = hall.others;
    if (!other) throw new Error('one replica is missing');
    const numbers = await Promise.all([0, 1, 2, 3].map((i) => openCompany(i % 2 ? other : hall, catalogue, `company-${i}`)));
    for (const { items, events } of await untilDecided(hall, other, numbers)) {
      inOrder(items, events);
      await onceEach(hall, items);
    }
    const carriers = ['sms', 'ems'];
    const desks = (await hall.sandbox.describe()).connectors.filter(({ id }) => !carriers.includes(id));
    const files = await Promise.all(desks.map(({ id }) => hall.sandbox.applications(id)));
    expect(files.flat()).toHaveLength(numbers.length * 12);
    // Every decision was told once, whichever replica told it.
    await expect.poll(async () => (await hall.sandbox.applications('sms')).length, { timeout: 10_000 }).toBe(numbers.length * 12);
    expect((await hall.sandbox.applications('sms')).every(({ taken }) => taken === 1)).toBe(true);
  }, 180_000);
});
