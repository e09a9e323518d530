import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import subjects from '../catalogue/sandbox/subjects.json' with { type: 'json' };
import { type Catalogue, loadCatalogue } from '../src/catalogue/index.ts';
import type { AgencyError } from '../src/connect/index.ts';
import { type Applicant, type FormLine, type FormPlan, formAsks, type KnownReading, oneForm } from '../src/guide/index.ts';
import { type Hall, startHall } from './harness.ts';

let hall: Hall;
let catalogue: Catalogue;
beforeAll(async () => {
  // What agencies said is asked anew each time, so that a fault shows.
  hall = await startHall({ memory: { enabled: false } });
  catalogue = loadCatalogue(resolve(import.meta.dirname, '../catalogue'));
});
afterAll(() => hall[Symbol.asyncDispose]());

function planFor(id: string, dropped: readonly string[] = []): FormPlan {
  const theme = catalogue.theme(id);
  if (!theme) throw new Error(`no theme ${id}`);
  const plannedItems = theme.steps.filter(({ slug }) => !dropped.includes(slug)).flatMap(({ item }) => catalogue.item(item) ?? []);
  return { theme, answers: new Map(), plannedItems };
}

/** Asks the sandbox agencies what the plan's form wants to know of an applicant, and fills it in. */
async function filledIn(plan: FormPlan, applicant: Applicant): Promise<readonly FormLine[]> {
  const caller = { role: 'clerk' as const, actor: 'test' };
  const reader = hall.yimen.engine.reader({ caller, traceId: 'test', signal: AbortSignal.timeout(10_000) });
  const keyOf = (holder: string) =>
    holder === 'applicant' ? applicant.idNumber : applicant.people.find((person) => person.holder === holder)?.idNumber;
  const asked = formAsks(plan, catalogue).map(async ({ holder, section }): Promise<[string, KnownReading]> => {
    const key = section.startsWith('Enterprise.') ? applicant.uscc : keyOf(holder);
    if (key === undefined) return [`${holder} ${section}`, { kind: 'unasked' }];
    const reading = reader.read(section, key).then(
      (value): KnownReading => (value ? { kind: 'value', value, provenance: value.provenance } : { kind: 'absent' }),
      (error: AgencyError): KnownReading => ({ kind: 'failed', agency: error.agency, code: error.code }),
    );
    return [`${holder} ${section}`, await reading];
  });
  const readings = new Map(await Promise.all(asked));
  const known = (holder: string, section: string): KnownReading => readings.get(`${holder} ${section}`) ?? { kind: 'unasked' };
  return oneForm({ ...plan, applicant, known }, catalogue).parts.flatMap(({ lines }) => lines);
}

const line = (lines: readonly FormLine[], id: string): FormLine | undefined => lines.find(({ field }) => field.id === id);
const person = (id: string) => subjects.persons.find((it) => it.id === id)?.idNumber ?? '';
const USCC = '91321071990000017N';

describe('a form from what agencies answer over their own protocols', () => {
  it('is filled in for an enterprise that hires', async () => {
    const lines = await filledIn(planFor('hire-first-employees', ['si-registration']), { uscc: USCC, people: [] });
    expect(line(lines, 'enterprise-name')).toMatchObject({ value: '扬州示例精密机械有限公司', correctable: false });
    expect(line(lines, 'enterprise-name')?.saidBy).toMatchObject({ agency: 'market-regulation', freshness: 'LIVE' });
    expect(line(lines, 'social-insurance-account')).toMatchObject({ value: '321071000001', saidBy: { agency: 'hrss' } });
    expect(line(lines, 'enterprise-staff-count')).toMatchObject({ value: 132, correctable: true });
    expect(line(lines, 'legal-representative-id-number')?.value).toBe(person('P001'));
    expect(line(lines, 'employees')).toMatchObject({ value: undefined, saidBy: null, required: true });
  });

  it('is filled in for the parents of a newborn', async () => {
    const applicant: Applicant = { idNumber: person('P014'), people: [{ holder: 'spouse', idNumber: person('P013') }] };
    const lines = await filledIn(planFor('newborn'), applicant);
    expect(line(lines, 'applicant-name')?.value).toBe('陈示洁');
    expect(line(lines, 'settle-household-number')?.value).toBe('H005');
    expect(line(lines, 'second-parent-id-number')).toMatchObject({ value: person('P013'), correctable: true });
    expect(line(lines, 'child-birth-certificate-number')).toBeUndefined();
  });

  it('takes what every subject of the sandbox has as it is', async () => {
    const everyone = [
      ...subjects.enterprises.map(({ uscc }) => [planFor('hire-first-employees', ['si-registration']), { uscc, people: [] }] as const),
      ...subjects.enterprises.map(({ uscc }) => [planFor('construction-project', ['project-filing']), { uscc, people: [] }] as const),
      ...subjects.persons.map(({ idNumber }) => [planFor('real-estate-transfer'), { idNumber, people: [] }] as const),
      ...subjects.persons.map(({ idNumber }) => [planFor('newborn'), { idNumber, people: [] }] as const),
    ];
    const troubles = new Map<string, number>();
    let filled = 0;
    for (const [plan, applicant] of everyone)
      for (const { field, value, uncheckedCode } of await filledIn(plan, applicant)) {
        if (value !== undefined) filled++;
        if (uncheckedCode) troubles.set(`${field.id} ${uncheckedCode}`, (troubles.get(`${field.id} ${uncheckedCode}`) ?? 0) + 1);
      }
    expect(Object.fromEntries(troubles)).toEqual({});
    expect(filled).toBeGreaterThan(1_500);
  }, 60_000);

  it('comes without the agency that is down, and names its failure on the lines it costs', async () => {
    const other = subjects.enterprises[4]?.uscc ?? '';
    await hall.fault('social-security', 'down');
    try {
      const lines = await filledIn(planFor('hire-first-employees', ['si-registration']), { uscc: other, people: [] });
      expect(line(lines, 'social-insurance-account')).toMatchObject({
        value: undefined,
        correctable: true,
        uncheckedCode: 'AGENCY_UNAVAILABLE',
      });
      expect(line(lines, 'enterprise-name')?.value).toMatch(/^扬州示例/);
    } finally {
      await hall.fault('social-security', 'none');
    }
  });
});
