import { describe, expect, it } from 'vitest';
import { createCalendar } from '../calendar/index.ts';
import { type Catalogue, type Holder, loadCatalogue, type Theme } from '../catalogue/index.ts';
import { type Answer, type Ask, asksOf, type Guide, type KnownReading, knownFrom, makeGuide, type NoticeLine } from './index.ts';

/** What ships, its forms left away: what they ask agencies is told in form/. */
const catalogue: Catalogue = {
  ...loadCatalogue(new URL('../../catalogue', import.meta.url).pathname),
  form: () => ({ item: '*', required: [], optional: [] }),
};
const calendar = createCalendar();
const USCC = '91321071990000017N';
const [ONE, OTHER] = ['321012198812139970', '11010519491231002X'];
const provenance = { agency: 'js-e-licence', connector: 'provincial', retrievedAt: new Date(0), asOf: null, freshness: 'LIVE' } as const;

interface Case {
  readonly theme: string | Theme;
  readonly answers?: Readonly<Record<string, Answer>>;
  readonly uscc?: string;
  readonly idNumber?: string;
  readonly people?: readonly (readonly [Holder, string])[];
  readonly said?: (ask: Ask) => KnownReading;
}

const themeOf = (id: string): Theme => catalogue.theme(id) ?? expect.fail(`no theme ${id}`);

function guideOf({ theme, answers = {}, uscc, idNumber, people = [], said = () => ({ kind: 'absent' }) }: Case): Guide {
  const request = {
    theme: typeof theme === 'string' ? themeOf(theme) : theme,
    answers: new Map(Object.entries(answers)),
    applicant: { uscc, idNumber, people: people.map(([holder, number]) => ({ holder, idNumber: number })) },
    startOn: '2026-03-09',
  };
  const known = knownFrom(
    request.applicant,
    asksOf(request, catalogue).map((ask) => [ask, said(ask)]),
  );
  return makeGuide({ ...request, known }, { catalogue, calendar });
}

const line = (guide: Guide, id: string): NoticeLine =>
  guide.notice.find(({ material }) => material.id === id) ?? expect.fail(`no line for ${id}`);

const holds = (...certificates: object[]): KnownReading => ({ kind: 'value', value: { items: certificates }, provenance });
const certificate = (type: string, status = 'VALID', validTo: string | null = null) => ({
  type,
  status,
  validTo,
  issuer: 'public-security',
});
const down: KnownReading = { kind: 'failed', agency: 'js-e-licence', code: 'AGENCY_UNAVAILABLE' };
const slugOf = (code: string | null) => code && catalogue.item(code)?.slug;

/** A theme of shipped items: what each waits for. */
function themeWith(steps: Readonly<Record<string, readonly string[]>>): Theme {
  const code = (slug: string) => catalogue.item(slug)?.code ?? expect.fail(`no item ${slug}`);
  return {
    ...themeOf('open-company'),
    questions: [],
    steps: Object.entries(steps).map(([slug, dependsOn]) => ({
      item: code(slug),
      slug,
      stage: '阶段',
      stageEn: 'Stage',
      dependsOn: dependsOn.map(code),
    })),
  };
}

describe('a paper that an agency holds', () => {
  const house = { theme: 'real-estate-transfer', idNumber: ONE } as const;

  it('is fetched when it is valid on the day it is needed', () => {
    const guide = guideOf({ ...house, said: () => holds(certificate('id-card', 'VALID', '2030-01-01')) });
    expect(line(guide, 'id-card')).toMatchObject({
      kind: 'FETCHED',
      fetched: { agency: 'js-e-licence', valid: true, validTo: '2030-01-01', provenance },
      note: null,
    });
    expect(guide.blockers).toEqual([]);
  });

  it('is brought when it ends before the last item looks at it, and that stops the plan', () => {
    const guide = guideOf({ ...house, said: () => holds(certificate('id-card', 'VALID', '2026-03-10')) });
    expect(line(guide, 'id-card')).toMatchObject({
      kind: 'TO_BRING',
      fetched: { valid: false, validTo: '2026-03-10' },
      note: { en: expect.stringContaining('valid to 2026-03-10, needed on 2026-03-12') },
    });
    expect(guide.blockers).toMatchObject([{ kind: 'CERTIFICATE_INVALID', severity: 'STOPS', agency: 'public-security' }]);
  });

  it('is the renewed one where an old one is kept too', () => {
    const both = [certificate('id-card', 'EXPIRED', '2020-01-01'), certificate('id-card', 'VALID', '2040-01-01')];
    expect(line(guideOf({ ...house, said: () => holds(...both) }), 'id-card')).toMatchObject({
      kind: 'FETCHED',
      fetched: { validTo: '2040-01-01' },
    });
  });

  it('under mortgage does not do for giving the house away', () => {
    const guide = guideOf({ ...house, said: () => holds(certificate('real-estate-certificate', 'MORTGAGED')) });
    expect(line(guide, 'existing-certificate')).toMatchObject({
      kind: 'TO_BRING',
      note: { en: expect.stringContaining('under mortgage') },
    });
    expect(guide.blockers).toMatchObject([
      { kind: 'CERTIFICATE_INVALID', severity: 'STOPS', toDo: { en: expect.stringContaining('discharged') } },
    ]);
    // The certificate that the transfer makes is another paper.
    expect(slugOf(line(guide, 'real-estate-certificate').madeBy)).toBe('re-transfer');
  });

  it('under mortgage does for building on the land', () => {
    const mortgaged = () => holds(certificate('real-estate-certificate', 'MORTGAGED'));
    const guide = guideOf({ theme: 'power-connection', uscc: USCC, said: mortgaged });
    expect(line(guide, 'real-estate-certificate')).toMatchObject({ kind: 'FETCHED', fetched: { valid: true } });
  });

  it('is fetched later when the library cannot be asked, and the delay is not the applicant’s', () => {
    const guide = guideOf({ ...house, said: () => down });
    expect(line(guide, 'id-card')).toMatchObject({
      kind: 'FETCHED',
      fetched: { agency: 'js-e-licence', valid: null, provenance: null },
      note: { zh: expect.stringContaining('延误不计入您的时间') },
    });
    expect(guide.unchecked).toMatchObject([{ agency: 'js-e-licence', section: 'Person.certificates', code: 'AGENCY_UNAVAILABLE' }]);
  });

  it('is brought where the hall is connected to no library', () => {
    const guide = guideOf({ ...house, said: () => ({ kind: 'failed', agency: null, code: 'AGENCY_NOT_CONNECTED' }) });
    expect(line(guide, 'id-card')).toMatchObject({ kind: 'TO_BRING', fetched: null });
    expect(guide.unchecked).toMatchObject([{ agency: null, code: 'AGENCY_NOT_CONNECTED' }]);
  });

  it('is brought where the library holds none, or nobody was named', () => {
    expect(line(guideOf({ ...house, said: () => holds() }), 'id-card').note?.en).toBe('The library holds none: bring it.');
    expect(line(guideOf({ theme: 'real-estate-transfer' }), 'id-card').note?.en).toMatch(/^Name the applicant, and the hall fetches it/);
  });

  it('is needed of everyone who is named', () => {
    const staff = {
      theme: 'hire-first-employees',
      people: [
        ['employee', ONE],
        ['employee', OTHER],
      ],
    } as const;
    const card = certificate('id-card');
    const all = guideOf({ ...staff, said: () => holds(card) });
    expect(line(all, 'employee-ids').kind).toBe('FETCHED');
    const half = guideOf({ ...staff, said: ({ key }) => (key === ONE ? holds(card) : holds()) });
    expect(line(half, 'employee-ids')).toMatchObject({
      kind: 'TO_BRING',
      note: { en: 'The library holds it for 1 of 2 people: bring it for the other 1.' },
    });
  });

  it('of an applicant who is an enterprise and a person is either’s', () => {
    const both = { theme: 'large-event', answers: { performance: true }, uscc: USCC, idNumber: ONE } as const;
    const guide = guideOf({
      ...both,
      said: ({ section }) => holds(certificate(section === 'Person.certificates' ? 'id-card' : 'business-licence')),
    });
    expect([line(guide, 'id-card').kind, line(guide, 'business-licence').kind]).toEqual(['FETCHED', 'FETCHED']);
  });
});

describe('a paper that the plan makes', () => {
  it('is never asked for, and the library is not asked either', () => {
    const guide = guideOf({ theme: 'open-company', uscc: USCC });
    expect(line(guide, 'business-licence')).toMatchObject({ kind: 'MADE', required: true, fetched: null });
    const request = { theme: themeOf('open-company'), answers: new Map(), applicant: { uscc: USCC, people: [] }, startOn: '2026-03-09' };
    expect(asksOf(request, catalogue).map(({ section }) => section)).not.toContain('Enterprise.certificates');
  });

  it('is brought for an item that comes before the step that makes it', () => {
    const guide = guideOf({
      theme: themeWith({ 'tax-information': [], 'company-establish': ['tax-information'], 'seal-filing': ['company-establish'] }),
    });
    expect(line(guide, 'business-licence')).toMatchObject({
      kind: 'TO_BRING',
      note: { en: expect.stringContaining('before the step that makes it') },
    });
  });

  it('may be given to an earlier item that does not insist on it', () => {
    const guide = guideOf({
      theme: themeWith({ 'eia-report': [], 'pollutant-quota': ['eia-report'], 'discharge-permit': ['pollutant-quota'] }),
    });
    expect(line(guide, 'quota-approval')).toMatchObject({
      kind: 'MADE',
      required: true,
      note: { en: expect.stringMatching(/^An item before/) },
    });
  });

  it('is made whichever way an open question is answered, where every answer has a step that makes it', () => {
    expect(line(guideOf({ theme: 'open-restaurant' }), 'business-licence').kind).toBe('MADE');
  });

  it('is brought while an open question decides whether it will be made', () => {
    const open = line(guideOf({ theme: 'retire' }), 'social-security-card');
    expect(open).toMatchObject({ kind: 'TO_BRING', note: { en: expect.stringMatching(/^Depending on an open question/) } });
    expect(line(guideOf({ theme: 'retire', answers: { hasCard: false } }), 'social-security-card').kind).toBe('MADE');
  });
});

describe('a paper that may follow', () => {
  const account = { theme: 'hire-first-employees', answers: { firstTime: true }, uscc: USCC } as const;
  const credit =
    (...badFlags: object[]) =>
    (ask: Ask): KnownReading =>
      ask.section === 'Enterprise.credit' ? { kind: 'value', value: { badFlags }, provenance } : { kind: 'absent' };

  it('follows within the shortest term of those who insist, from the first of them on', () => {
    expect(line(guideOf({ ...account, said: credit() }), 'bank-account')).toMatchObject({
      kind: 'MAY_FOLLOW',
      follows: { workingDays: 10, by: '2026-03-23' },
      note: null,
    });
  });

  it('may not where one of those who insist wants it at once', () => {
    const guide = guideOf({ theme: themeWith({ 'si-registration': [], 'hf-withdraw-retire': [] }) });
    expect(line(guide, 'bank-account')).toMatchObject({ kind: 'TO_BRING', required: true });
  });

  it('may not while a bad credit flag stands', () => {
    const guide = guideOf({ ...account, said: credit({ kind: 'JUDGMENT_DEFAULTER', source: 'justice', until: '2026-03-09' }) });
    expect(line(guide, 'bank-account')).toMatchObject({
      kind: 'TO_BRING',
      follows: null,
      note: { zh: expect.stringContaining('不适用容缺') },
    });
    expect(guide.blockers).toMatchObject([{ kind: 'BAD_CREDIT', severity: 'LIMITS', agency: 'justice', items: [] }]);
  });

  it('may again once the flag has ended', () => {
    const guide = guideOf({ ...account, said: credit({ kind: 'JUDGMENT_DEFAULTER', source: 'justice', until: '2026-03-08' }) });
    expect(line(guide, 'bank-account').kind).toBe('MAY_FOLLOW');
    expect(guide.blockers).toEqual([]);
  });

  it('may, subject to the check, where credit could not be asked', () => {
    const unknown = (ask: Ask): KnownReading =>
      ask.section === 'Enterprise.credit' ? { ...down, agency: 'js-public-credit' } : { kind: 'absent' };
    const guide = guideOf({ ...account, said: unknown });
    expect(line(guide, 'bank-account')).toMatchObject({ kind: 'MAY_FOLLOW', note: { en: 'Only if the credit check finds no bad flag.' } });
    expect(guide.unchecked).toMatchObject([{ agency: 'js-public-credit', section: 'Enterprise.credit' }]);
  });
});
