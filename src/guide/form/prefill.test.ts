import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  CertificateRecordShape,
  HouseholdRecordShape,
  IdentityRecordShape,
  PersonSocialInsuranceRecordShape,
  ProjectRecordShape,
  RegistrationRecordShape,
} from '../../../schema/generated/connector-fields.ts';
import { completeForm, createFormChecker, type FormPlan, formAsks, formSchema, oneForm } from '../index.ts';
import type { Applicant, FormLine, Known, KnownReading } from '../types.ts';
import { filledForms, found, knownBy, NOBODY, planFor, provenance, shippedCatalogue } from './testing.ts';

const catalogue = shippedCatalogue();

const ZHANG = '321012198812139970';
const ZHOU = '321003198908159996';
const USCC = '91321071990000017N';

const registration: RegistrationRecordShape = {
  nameZh: '扬州示例精密机械有限公司',
  nameEn: 'Yangzhou Sample Precision Machinery Co., Ltd.',
  status: 'ACTIVE',
  companyType: '有限责任公司',
  legalRepresentative: { nameZh: '张示文', person: { idNumber: ZHANG } },
  registeredCapital: { amount: '30000000.00', currency: 'CNY' },
  establishedOn: '2009-11-11',
  address: '扬子津街道示例工业路1号（虚构地址）',
  industry: { code: 'C34', nameZh: '通用设备制造业' },
  scope: '通用设备制造；货物进出口',
  shareholders: [
    { nameZh: '张示文', percent: 60, person: { idNumber: ZHANG }, enterprise: null },
    { nameZh: '扬州示例控股有限公司', percent: 40, enterprise: { uscc: USCC } },
  ],
  licence: { number: USCC, issuedOn: '2009-11-11', validTo: null, status: 'VALID' },
  authority: 'market-regulation',
  lastAnnualReport: 2019,
  abnormal: null,
  revokedOn: null,
  deregisteredOn: null,
};

const identity: IdentityRecordShape = { nameZh: '周示武', nameEn: 'Zhou Shiwu', gender: 'MALE', birthDate: '1989-08-15', card: null };
const household: HouseholdRecordShape = {
  householdId: 'H004',
  relation: '户主',
  registeredAt: 'town-bali',
  address: '八里镇示例花园7幢102室（虚构地址）',
  division: '321003',
  members: [
    { nameZh: '周示武', relation: '户主', person: { idNumber: ZHOU } },
    { nameZh: '张示文', relation: '配偶', person: { idNumber: ZHANG } },
  ],
};
const insurance: PersonSocialInsuranceRecordShape = {
  socialSecurityNumber: 'SS321071000010',
  pension: { scheme: 'EMPLOYEE', status: 'PAYING', months: 99 },
  medical: { scheme: 'EMPLOYEE', status: 'PAYING' },
  maternityCovered: true,
  employer: { uscc: USCC },
};

const paper = (type: string, number: string): CertificateRecordShape['items'][number] => ({
  type,
  number,
  issuer: 'natural-resources',
  issuedOn: '2015-03-20',
  validTo: null,
  status: 'VALID',
});

function linesFor(plan: FormPlan, known: Known, applicant: Applicant = NOBODY): (id: string) => FormLine {
  const { parts } = oneForm({ ...plan, applicant, known }, catalogue);
  const lines = new Map(parts.flatMap((part) => part.lines).map((line) => [line.field.id, line]));
  return (id) => found(lines.get(id));
}

const hiring = planFor('hire-first-employees', new Map(), catalogue);
const buying = planFor('real-estate-transfer', new Map(), catalogue);
const newborn = planFor('newborn', new Map(), catalogue);
const only = (slug: string): FormPlan => ({ ...hiring, plannedItems: [found(catalogue.item(slug))] });

describe('filling a form in', () => {
  it('takes what the agency is the authority for, says who said it and when, and lets nobody change it', () => {
    const line = linesFor(hiring, knownBy({ 'enterprise Enterprise.registration': registration }), { uscc: USCC, people: [] });
    expect(line('enterprise-name')).toMatchObject({
      value: registration.nameZh,
      saidBy: provenance,
      correctable: false,
      uncheckedCode: null,
    });
    expect(line('enterprise-address').value).toBe(registration.address);
    expect(line('enterprise-type').value).toBe('limited-liability');
    expect(line('legal-representative-id-number').value).toBe(ZHANG);
    expect(line('enterprise-uscc')).toMatchObject({ value: USCC, saidBy: null, correctable: false });
  });

  it('lets the applicant correct what the agency only happens to know', () => {
    const line = linesFor(buying, knownBy({ 'applicant Person.household': household }));
    expect(line('applicant-family-members')).toMatchObject({
      value: [
        { name: '周示武', relation: '户主', 'id-number': ZHOU },
        { name: '张示文', relation: '配偶', 'id-number': ZHANG },
      ],
      correctable: true,
      saidBy: provenance,
    });
  });

  it('makes rows of a list, with the first of several ways that leads somewhere', () => {
    const line = linesFor(only('name-declaration'), knownBy({ 'enterprise Enterprise.registration': registration }));
    expect(line('shareholders').value).toEqual([
      { name: '张示文', number: ZHANG, percent: 60 },
      { name: '扬州示例控股有限公司', number: USCC, percent: 40 },
    ]);
  });

  it('follows a path through subjects, and stops at what is null', () => {
    const employer = (it: PersonSocialInsuranceRecordShape) =>
      linesFor(newborn, knownBy({ 'applicant Person.socialInsurance': it }))('applicant-employer-uscc');
    expect(employer(insurance).value).toBe(USCC);
    expect(employer({ ...insurance, employer: null })).toMatchObject({ value: undefined, uncheckedCode: null, correctable: true });
  });

  it('takes one paper of a kind, and leaves the choice among several to the applicant', () => {
    const number = (items: CertificateRecordShape['items']) =>
      linesFor(only('power-transfer'), knownBy({ 'applicant Person.certificates': { items } }))('property-new-certificate-number').value;
    const deed = paper('real-estate-certificate', '苏(2015)示例市不动产权第0500004号');
    expect(number([paper('id-card', ZHOU), deed])).toBe(deed.number);
    expect(number([deed, paper('real-estate-certificate', '苏(2016)示例市不动产权第0500005号')])).toBeUndefined();
    expect(number([paper('id-card', ZHOU)])).toBeUndefined();
    expect(number([])).toBeUndefined();
  });

  it('asks the second source where the first one knows nothing', () => {
    const person = { 'legal-representative Person.identity': identity };
    const applicant: Applicant = { people: [{ holder: 'legal-representative', idNumber: ZHOU }] };
    for (const first of [
      {},
      { 'enterprise Enterprise.registration': 'absent' as const },
      { 'enterprise Enterprise.registration': 'failed' as const },
    ]) {
      const line = linesFor(hiring, knownBy({ ...first, ...person }), applicant);
      expect(line('legal-representative-name')).toMatchObject({ value: '周示武', uncheckedCode: null });
      expect(line('legal-representative-id-number').value).toBe(ZHOU);
    }
  });

  it('knows what another theme has made before, and nothing that this one is about to make', () => {
    const project: ProjectRecordShape['items'][number] = {
      code: '2020-321071-34-03-500001',
      nameZh: '精密机械生产基地项目',
      nameEn: null,
      procedure: 'FILING',
      investment: '60000000.00',
      energyTce: 800,
      newDischarge: false,
      eiaClass: 'FORM',
      landSupply: 'transfer',
      stage: 'FILED',
      filedOn: '2020-09-08',
    };
    const known = knownBy({ 'enterprise Enterprise.projects': { items: [project] } });
    const alone = linesFor(only('eia-form'), known);
    expect(alone('project-code').value).toBe(project.code);
    expect(alone('project-eia-class').value).toBe('form');
    expect(alone('project-new-discharge').value).toBe(false);
    const whole = planFor('construction-project', new Map(), catalogue);
    expect(linesFor(whole, known)('project-name')).toMatchObject({ value: undefined, correctable: true });
    expect(() => linesFor(whole, known)('project-code')).toThrow();
    expect(formAsks(whole, catalogue)).not.toContainEqual({ holder: 'enterprise', section: 'Enterprise.projects' });
    expect(formAsks(only('eia-form'), catalogue)).toContainEqual({ holder: 'enterprise', section: 'Enterprise.projects' });
  });
});

describe('what could not be filled in', () => {
  it('says why when an agency failed, and says nothing when it knows no record or nobody was asked', () => {
    const name = (reading: KnownReading['kind']) => linesFor(newborn, knownBy({ 'applicant Person.identity': reading }))('applicant-name');
    expect(name('failed')).toMatchObject({ value: undefined, uncheckedCode: 'AGENCY_TIMEOUT', correctable: true, saidBy: null });
    expect(name('absent')).toMatchObject({ value: undefined, uncheckedCode: null, correctable: true, saidBy: null });
    expect(name('unasked')).toMatchObject({ value: undefined, uncheckedCode: null, correctable: true, saidBy: null });
  });

  const wrong: Readonly<Record<string, unknown>> = {
    number: 7,
    list: ['周示武', '周示武二'],
    object: { a: 1 },
    'too long': '周'.repeat(51),
    empty: '',
  };
  it.each(Object.entries(wrong))('leaves out a name that is a %s, and marks it where the agency said something', (kind, nameZh) => {
    const line = linesFor(newborn, knownBy({ 'applicant Person.identity': { ...identity, nameZh } }))('applicant-name');
    expect(line).toMatchObject({ value: undefined, correctable: true, saidBy: null });
    expect(line.uncheckedCode).toBe(kind === 'list' ? null : 'AGENCY_PROTOCOL');
  });

  it('does not let one wrong row through, nor a record of the wrong shape', () => {
    const shareholders = [...registration.shareholders, { nameZh: '错误', percent: 400, person: { idNumber: ZHANG } }];
    const at = (record: object) =>
      linesFor(only('name-declaration'), knownBy({ 'enterprise Enterprise.registration': record }))('shareholders');
    expect(at({ ...registration, shareholders })).toMatchObject({ value: undefined, uncheckedCode: 'AGENCY_PROTOCOL' });
    expect(at({ ...registration, shareholders: 'none' })).toMatchObject({ value: undefined, uncheckedCode: 'AGENCY_PROTOCOL' });
    expect(at({})).toMatchObject({ value: undefined, uncheckedCode: null });
  });

  it('never fills in a value that the form itself would refuse', () => {
    const anything = fc.anything({ withNullPrototype: true, withSparseArray: true, maxDepth: 4 });
    fc.assert(
      fc.property(anything, anything, (nameZh, members) => {
        const known = knownBy({
          'applicant Person.identity': { nameZh, gender: nameZh, birthDate: members },
          'applicant Person.household': { members, address: nameZh },
        });
        const { parts } = oneForm({ ...buying, applicant: NOBODY, known }, catalogue);
        for (const { field, value } of parts.flatMap(({ lines }) => lines))
          if (value !== undefined) expect(catalogue.fits(field, value)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('which agencies are asked', () => {
  it('asks each section of each holder once, and none for what was answered', () => {
    const asks = formAsks(newborn, catalogue);
    expect(new Set(asks.map(({ holder, section }) => `${holder} ${section}`)).size).toBe(asks.length);
    expect(asks).toContainEqual({ holder: 'applicant', section: 'Person.household' });
    expect(asks.map(({ section }) => section)).not.toContain('Person.idNumber');
  });

  it('asks for everything that is then filled in', () => {
    for (const { id } of catalogue.themes) {
      const plan = planFor(id, new Map(), catalogue);
      const asked = new Set(formAsks(plan, catalogue).map(({ holder, section }) => `${holder} ${section}`));
      const looked = new Set<string>();
      const known: Known = (holder, section) => {
        looked.add(`${holder} ${section}`);
        return { kind: 'unasked' };
      };
      oneForm({ ...plan, applicant: NOBODY, known }, catalogue);
      expect([...looked].filter((it) => !asked.has(it))).toEqual([]);
    }
  });
});

describe('a form that was filled in and comes back', () => {
  const known = knownBy({
    'applicant Person.identity': identity,
    'applicant Person.household': household,
    'enterprise Enterprise.registration': registration,
  });
  const checker = createFormChecker();
  const applicant: Applicant = { uscc: USCC, idNumber: ZHOU, people: [] };

  it.each(['hire-first-employees', 'real-estate-transfer', 'newborn'])(
    'satisfies every item of %s when it satisfies the whole',
    (theme) => {
      const plan = planFor(theme, new Map(), catalogue);
      const form = oneForm({ ...plan, applicant, known }, catalogue);
      for (const written of fc.sample(filledForms(form.schema), { numRuns: 20, seed: 4 })) {
        const completed = completeForm(form, written);
        expect(checker.check(form.schema, completed)).toEqual([]);
        for (const { field, value, correctable } of form.parts.flatMap(({ lines }) => lines))
          if (!correctable) expect(completed[field.id]).toEqual(value);
        for (const { slug } of plan.plannedItems) {
          const { properties, allOf = [] } = formSchema(slug, catalogue) as {
            properties: object;
            allOf?: { then: { properties: object } }[];
          };
          const ids = [properties, ...allOf.map((it) => it.then.properties)].flatMap((it) => Object.keys(it));
          const own = Object.fromEntries(Object.entries(completed).filter(([id]) => ids.includes(id)));
          const made = (id: string) => catalogue.formField(id)?.madeBy.some((it) => plan.plannedItems.some((item) => item.slug === it));
          const problems = checker.check(formSchema(slug, catalogue), own).filter(({ pointer }) => !made(pointer.slice(1)));
          expect(problems).toEqual([]);
        }
      }
    },
  );
});

describe('a schema', () => {
  it('holds no value that an agency said of a person', () => {
    const known = knownBy({
      'applicant Person.identity': identity,
      'applicant Person.household': household,
      'enterprise Enterprise.registration': registration,
    });
    for (const plan of [hiring, buying, newborn]) {
      const { schema } = oneForm({ ...plan, applicant: { uscc: USCC, idNumber: ZHOU, people: [] }, known }, catalogue);
      const text = JSON.stringify(schema);
      for (const personal of [ZHOU, ZHANG, '周示武', '张示文', household.address, 'H004']) expect(text).not.toContain(personal);
    }
  });
});
