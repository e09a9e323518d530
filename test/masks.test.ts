/** What is personal leaves masked, but for those whose purpose calls for it by name. */
import { getNamedType, isLeafType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCatalogue } from '../src/app.ts';
import { maskOf } from '../src/codes/index.ts';
import { type Hall, type ServeInput, startHall } from './harness.ts';

const PERSON = '321012198812139970';
const STRANGER = '321012198705099969';
const COMPANY = '91321071990000017N';
const NAME = '谢示仁';
const ADDRESS = '扬子津街道示例花园1幢602室（虚构地址）';
const ADVICE: ServeInput = { subject: { idNumber: PERSON }, purpose: { kind: 'CONSULTATION' } };
const NEWBORN: ServeInput = { subject: { idNumber: PERSON }, purpose: { kind: 'THEME', code: 'newborn' } };
const FAMILY: ServeInput = { subject: { idNumber: PERSON }, purpose: { kind: 'ITEM', code: 'deed-tax' } };
const READ = `{ person(idNumber: "${PERSON}") { idNumber identity { nameZh } } }`;
const HOME = `{ person(idNumber: "${PERSON}") { household { address } } }`;
const MEMBERS = `{ person(idNumber: "${PERSON}") { household { members { nameZh } } } }`;
const UNMASK = 'mutation ($input: UnmaskInput!) { unmask(input: $input) { idNumber values problems { code path } } }';

let hall: Hall;
beforeAll(async () => {
  hall = await startHall({
    access: { bulk: [{ actor: 'sandbox-integrator', fields: ['Person', 'Person.identity.nameZh'], perDay: 100 }] },
  });
});
afterAll(() => hall?.[Symbol.asyncDispose]());

type Role = NonNullable<Parameters<Hall['serve']>[1]>;
const read = async (query: string, input: ServeInput, role: Role = 'clerk') =>
  (await hall.ask(query, {}, { role, headers: await hall.serve(input, role) })).data.person;

describe('what a caller sees of a person', () => {
  it.each(['clerk', 'officer', 'supervisor', 'kiosk'] as const)('a %s who gives advice: the surname', async (role) => {
    expect((await read(READ, ADVICE, role)).identity).toEqual({ nameZh: '谢**' });
  });

  it.each(['clerk', 'supervisor'] as const)('a %s whose purpose names the field: all of it', async (role) => {
    expect((await read(READ, NEWBORN, role)).identity).toEqual({ nameZh: NAME });
    expect((await read(HOME, NEWBORN, role)).household).toEqual({ address: ADDRESS });
    const { household } = await read(MEMBERS, FAMILY, role);
    expect(household.members).toContainEqual({ nameZh: NAME });
  });

  it('a clerk whose grant names what lies above the field: as far as the town', async () => {
    await using own = await startHall({ access: { grants: { CONSULTATION: ['Person.household'] } } });
    const headers = await own.serve(ADVICE);
    const { data } = await own.ask(HOME, {}, { role: 'clerk', headers });
    expect(data.person.household.address).toBe(`扬子津街道${'*'.repeat(ADDRESS.length - 5)}`);
  });

  it('an identity number: supervisors alone', async () => {
    expect((await read(READ, NEWBORN)).idNumber).toBe('3***************70');
    expect((await read(READ, NEWBORN, 'supervisor')).idNumber).toBe(PERSON);
  });

  it('a machine: what its grant names itself', async () => {
    const query = `{ person(idNumber: "${PERSON}") { identity { nameZh nameEn } socialInsurance { socialSecurityNumber } } }`;
    expect((await hall.ask(query)).data.person).toEqual({
      identity: { nameZh: NAME, nameEn: 'Xie ******' },
      socialInsurance: { socialSecurityNumber: 'S***********01' },
    });
  });

  it('a citizen: themself, unless somebody else comes along', async () => {
    const token = await hall.sandbox.token({ role: 'citizen', person: PERSON });
    const open = async (more: object) => {
      const query = 'mutation ($input: OpenSessionInput!) { openSession(input: $input) { session { id } } }';
      const opened = await hall.ask(query, { input: { ...ADVICE, evidence: 'ONLINE_SIGN_IN', ...more } }, { token });
      return { 'x-yimen-session': opened.data.openSession.session.id };
    };
    const named = async (more: object) => (await hall.ask(READ, {}, { token, headers: await open(more) })).data.person.identity.nameZh;
    expect(await named({})).toBe(NAME);
    const other = { subject: { idNumber: STRANGER }, relation: 'AUTHORISED', reference: '授权2026-1' };
    expect(await named({ others: [other] })).toBe('谢**');
  });
});

describe('the form of a case', () => {
  const FORM = 'query ($number: CaseNumber!) { case(number: $number) { form } }';
  const PHONE = '13812345678';
  const filled = { 'contact-name': '欧阳示例', 'contact-phone': PHONE, 'contact-address': '江苏省扬州市邗江区示例路1号' };
  const masks = { 'contact-name': '欧阳**', 'contact-phone': '138****5678', 'contact-address': '江苏省扬州市邗江区*****' };
  const save = (number: string, form: object, token?: string) =>
    hall.ask(
      'mutation ($input: SaveFormInput!) { saveForm(input: $input) { case { form } problems { code path } } }',
      { input: { number, form } },
      token ? { token } : { role: 'clerk' },
    );
  const opened = async (form: object = filled) => {
    const input = { items: ['gov-feasibility'], applicant: { uscc: COMPANY, nameZh: '示例公司' } };
    const open = 'mutation ($input: OpenCaseInput!) { openCase(input: $input) { case { number } } }';
    const { number } = (await hall.ask(open, { input }, { role: 'clerk' })).data.openCase.case;
    expect((await save(number, form)).data.saveForm.problems).toEqual([]);
    return number as string;
  };
  const another = () => hall.sandbox.token({ role: 'clerk', actor: 'another-clerk', window: 'W09' });

  it('is in clear to whoever opened it, masked to a clerk elsewhere, auditors and supervisors', async () => {
    const number = await opened();
    const seen = async (options: object) => (await hall.ask(FORM, { number }, options)).data.case?.form;
    expect(await seen({ role: 'clerk' })).toEqual(filled);
    for (const options of [{ token: await another() }, { role: 'auditor' }, { role: 'supervisor' }])
      expect(await seen(options)).toEqual(masks);
    // A machine sees no case but its own.
    expect(await seen({ role: 'integrator' })).toBeUndefined();
    await hall.ask(
      'mutation ($input: AssignCommissionerInput!) { assignCommissioner(input: $input) { problems { code } } }',
      { input: { number, commissioner: 'another-clerk' } },
      { role: 'clerk' },
    );
    expect(await seen({ token: await another() })).toEqual(filled);
  });

  it('keeps what stands behind masks that come back, and takes no mask for a value', async () => {
    const number = await opened();
    const elsewhere = await save(number, { ...masks, 'contact-name': '王新' }, await another());
    expect(elsewhere.data.saveForm.case.form).toEqual({ ...masks, 'contact-name': '王*' });
    expect((await hall.ask(FORM, { number }, { role: 'clerk' })).data.case.form).toEqual({ ...filled, 'contact-name': '王新' });
    await save(number, { 'contact-phone': '139****0000', 'contact-name': '李**' });
    const submit = 'mutation ($input: SubmitCaseInput!) { submitCase(input: $input) { problems { path message } } }';
    const { data } = await hall.ask(submit, { input: { number, idempotencyKey: `masks ${number}` } }, { role: 'clerk' });
    const paths = data.submitCase.problems.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(expect.arrayContaining(['form/contact-phone', 'form/contact-name']));
    expect(paths).not.toContain('form/contact-address');
  });

  it('is shown field by field for a reason, and written down', async () => {
    const number = await opened();
    const unmask = async (input: object, token?: string) =>
      (await hall.ask(UNMASK, { input: { case: number, reason: '电话通知申请人', ...input } }, token ? { token } : { role: 'clerk' })).data
        .unmask;
    const token = await another();
    expect(await unmask({ field: 'contact-phone' }, token)).toEqual({ idNumber: null, values: [PHONE], problems: [] });
    expect((await unmask({ field: 'declared-true' }, token)).problems).toEqual([{ code: 'NOT_MASKED', path: 'field' }]);
    expect((await unmask({ field: 'contact-phone', case: '99999999' }, token)).problems).toMatchObject([{ code: 'UNKNOWN_CASE' }]);
    const [row] = (await rows({ clerk: 'another-clerk', case: number })).filter(({ action }) => action === 'subject.unmasked');
    expect(row).toMatchObject({
      fields: ['Case.form.contact-phone'],
      reason: '电话通知申请人',
      subject: expect.any(String),
      window: 'W09',
    });
    expect(JSON.stringify(row)).not.toContain(PHONE);
  });
});

interface Row {
  readonly action: string;
  readonly fields: readonly string[];
}
async function rows(filter: object): Promise<readonly Row[]> {
  const query =
    'query ($filter: AccessLogFilter!) { accessLog(filter: $filter, first: 100) { nodes { action fields reason subject window refused } } }';
  const [from, to] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString());
  return (await hall.ask(query, { filter: { from, to, ...filter } }, { role: 'auditor' })).data.accessLog.nodes;
}

describe('unmask', () => {
  const unmask = async (input: object, serving: ServeInput, role: Role = 'clerk') =>
    hall.ask(
      UNMASK,
      { input: { ...serving, purpose: undefined, reason: '核对户口簿原件', ...input } },
      { role, headers: await hall.serve(serving, role) },
    );

  it('shows a field that the purpose calls for, of whoever is served, and writes it down', async () => {
    const grant = await unmask({ field: 'Person.identity.nameZh' }, ADVICE);
    expect(grant.data.unmask).toEqual({ idNumber: null, values: [NAME], problems: [] });
    const many = await unmask({ field: 'Person.household.members.nameZh' }, FAMILY);
    expect(many.data.unmask.values).toContain(NAME);
    expect((await unmask({}, ADVICE)).data.unmask).toEqual({ idNumber: PERSON, values: [PERSON], problems: [] });
    const shown = (await rows({ subject: { idNumber: PERSON } })).filter(({ action }) => action === 'subject.unmasked');
    expect(shown.map(({ fields }) => fields)).toEqual([
      ['Person.idNumber'],
      ['Person.household.members.nameZh'],
      ['Person.identity.nameZh'],
    ]);
    expect(shown[0]).toMatchObject({ reason: '核对户口簿原件' });
  });

  it('shows nothing that the purpose does not call for, that is not masked, or of somebody else', async () => {
    const refused = await unmask({ field: 'Person.household.address' }, ADVICE);
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', fields: ['Person.household.address'] });
    expect(refused.text).not.toContain('扬子津');
    for (const field of ['Person.identity.gender', 'Enterprise.tax.arrears', 'constructor'])
      expect((await unmask({ field }, ADVICE)).data.unmask.problems).toEqual([{ code: 'NOT_MASKED', path: 'field' }]);
    const other = await unmask({ subject: { idNumber: STRANGER }, field: 'Person.identity.nameZh' }, ADVICE);
    expect(other.data.unmask.problems).toEqual([{ code: 'NO_SESSION', path: 'subject' }]);
    expect((await unmask({ field: 'Person.identity.nameZh' }, ADVICE, 'kiosk')).errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  });
});

describe('nothing personal is forgotten', () => {
  const REGISTER = 'the register of enterprises is public';
  const STAFF = 'an office, not a person';
  const FREE_TEXT = 'free text of a carrier, for those who may see the case; what of it is a name cannot be told';
  const UNMASKED: Readonly<Record<string, string>> = {
    'Agency.address': STAFF,
    'CaseDelivery.note': FREE_TEXT,
    'EnterpriseSocialInsuranceRecord.account': 'number of an enterprise',
    'Officer.nameZh': REGISTER,
    'RegistrationRecord.address': REGISTER,
    'Shareholder.nameZh': REGISTER,
  };
  const PERSONAL_NAME = /phone|mobile|address|account$|e-?mail|householdId|socialSecurity/i;
  const PERSONAL_TEXT =
    /\b(phone|mobile|address|account number|e-mail|who signed)\b|电话|手机|姓名|股东名称|地址|住所|账号|单位编号|户号|保障号|签收/i;

  it('in the schema: a text that is a phone, a name, an address, an account is masked, or listed here with the reason', () => {
    const found = Object.values(hall.yimen.schema.getTypeMap())
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
      .filter(({ field }) => isLeafType(getNamedType(field.type)) && getNamedType(field.type).name === 'String')
      .filter(({ field: { name, description } }) => PERSONAL_NAME.test(name) || PERSONAL_TEXT.test(description ?? ''))
      .filter(({ field }) => !field.astNode?.directives?.some(({ name }) => name.value === 'mask'))
      .map(({ type, field }) => `${type.name}.${field.name}`);
    expect(found.sort()).toEqual(Object.keys(UNMASKED).sort());
  });

  it('in the dictionary of forms: the same, of fields and of cells of rows', () => {
    const LISTED: Readonly<Record<string, string>> = {
      'enterprise-address': REGISTER,
      'housing-fund-account': 'number of an enterprise',
      'premises-address': 'where business is done, and shown to the public',
      'social-insurance-account': 'number of an enterprise',
    };
    const personal = /姓名|手机|电话|住址|地址|户籍地$|账号|户号|邮箱|收件人|护照号|社会保障号|住所|编号（单位）|单位社会保险编号/;
    const leaves = openCatalogue(undefined).formFields.flatMap(({ id, labelZh, schema, mask }) => {
      const cells = (schema['items'] as { properties?: Record<string, { title?: string; type?: string; enum?: unknown }> } | undefined)
        ?.properties;
      if (!cells) return [{ at: id, label: labelZh, isText: schema['type'] === 'string' && !schema['enum'], mask }];
      return Object.entries(cells).map(([key, cell]) => ({
        at: `${id}.${key}`,
        label: cell.title ?? '',
        isText: cell.type === 'string' && !cell.enum,
        mask: mask && maskOf(mask, key),
      }));
    });
    const found = leaves.filter(({ label, isText, mask }) => isText && !mask && personal.test(label)).map(({ at }) => at);
    expect(found.sort()).toEqual(Object.keys(LISTED).sort());
  });
});
