import { describe, expect, it } from 'vitest';
import { createCalendar } from '../calendar/index.ts';
import { type Catalogue, loadCatalogue } from '../catalogue/index.ts';
import { type Answer, asksOf, type Blocker, type KnownReading, knownFrom, makeGuide } from './index.ts';

/** What ships, its forms left away: what they ask agencies is told in form/. */
const catalogue: Catalogue = {
  ...loadCatalogue(new URL('../../catalogue', import.meta.url).pathname),
  form: () => ({ item: '*', required: [], optional: [] }),
};
const calendar = createCalendar();
const USCC = '91321071990000017N';
const AGENCIES: Readonly<Record<string, string>> = {
  'Enterprise.registration': 'market-regulation',
  'Enterprise.tax': 'taxation',
  'Enterprise.socialInsurance': 'hrss',
  'Enterprise.permits': 'js-service-portal',
};

type Records = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function blockersOf(themeId: string, records: Records = {}, answers: Readonly<Record<string, Answer>> = {}): readonly Blocker[] {
  const theme = catalogue.theme(themeId) ?? expect.fail(`no theme ${themeId}`);
  const request = { theme, answers: new Map(Object.entries(answers)), applicant: { uscc: USCC, people: [] }, startOn: '2026-03-09' };
  const said = (section: string): KnownReading => {
    const value = records[section];
    const provenance = {
      agency: AGENCIES[section] ?? '',
      connector: 'x',
      retrievedAt: new Date(0),
      asOf: null,
      freshness: 'LIVE',
    } as const;
    return value ? { kind: 'value', value, provenance } : { kind: 'absent' };
  };
  const readings = asksOf(request, catalogue).map((ask) => [ask, said(ask.section)] as const);
  return makeGuide({ ...request, known: knownFrom(request.applicant, readings) }, { catalogue, calendar }).blockers;
}

const slugs = ({ items }: Blocker) => items.map((code) => catalogue.item(code)?.slug);

describe('powers that stayed elsewhere', () => {
  it('are told, and the hall forwards', () => {
    const blockers = blockersOf('construction-project', {}, { energy: 'over-5000', selfTender: false, tender: false });
    expect(blockers).toMatchObject([{ kind: 'RETAINED_ELSEWHERE', severity: 'INFORMS', agency: 'development-reform' }]);
    expect(blockers.map(slugs)).toEqual([['energy-review-large']]);
    expect(blockers[0]?.toDo).toEqual({
      zh: '仍在本大厅一并提交，由大厅转送，无需另行前往。',
      en: 'File it here with everything else: the hall forwards it, and you need not go there.',
    });
  });

  it('a utility that the hall links is none', () => {
    expect(blockersOf('power-connection')).toEqual([]);
  });

  it('what cannot be granted there stops it and all that waits for it', () => {
    const answers = {
      newDischarge: true,
      eiaClass: 'report',
      energy: 'below-1000',
      newBuilding: false,
      intoRiver: false,
      hazardous: false,
    };
    const [quota, ...others] = blockersOf('plant-expansion-discharge', {}, answers);
    expect(others).toEqual([]);
    expect(quota).toMatchObject({ kind: 'QUOTA_NOT_FIXED', severity: 'STOPS', agency: 'ecology' });
    expect(quota && slugs(quota)).toEqual(['pollutant-quota', 'eia-report', 'environment-plan', 'discharge-permit']);
    expect(blockersOf('plant-expansion-discharge', {}, { ...answers, newDischarge: false })).toEqual([]);
  });
});

describe('arrears', () => {
  it('stop what the agency that is owed decides, and all that waits for it', () => {
    const answers = { method: 'simple', hasInsurance: false, hasFund: false };
    const [blocker, ...others] = blockersOf('deregister-company', { 'Enterprise.tax': { arrears: '68000.00' } }, answers);
    expect(others).toEqual([]);
    expect(blocker).toMatchObject({ kind: 'TAX_ARREARS', severity: 'STOPS', agency: 'taxation' });
    expect(blocker && slugs(blocker)).toEqual(['tax-clearance', 'simple-deregister']);
  });

  it('are a condition for the rest, and no sentence says how much', () => {
    const blockers = blockersOf('large-event', {
      'Enterprise.tax': { arrears: '0.01' },
      'Enterprise.socialInsurance': { arrears: '68000' },
    });
    expect(blockers).toMatchObject([
      { kind: 'TAX_ARREARS', severity: 'LIMITS', agency: 'taxation', items: [] },
      { kind: 'SOCIAL_INSURANCE_ARREARS', severity: 'LIMITS', agency: 'hrss', items: [] },
    ]);
    expect(JSON.stringify(blockers)).not.toContain('68000');
  });

  it('of nothing are none', () => {
    expect(blockersOf('large-event', { 'Enterprise.tax': { arrears: '0.00' }, 'Enterprise.socialInsurance': { arrears: '0' } })).toEqual(
      [],
    );
  });
});

describe('an enterprise that is not in normal operation', () => {
  it.each([
    ['ACTIVE', 'large-event', []],
    ['ABNORMAL', 'large-event', ['LIMITS']],
    ['REVOKED', 'large-event', ['STOPS']],
    ['REVOKED', 'deregister-company', []],
    ['DEREGISTERED', 'deregister-company', ['STOPS']],
  ])('%s, for %s: %j', (status, theme, severities) => {
    const blockers = blockersOf(theme, { 'Enterprise.registration': { status } });
    expect(blockers.map(({ severity }) => severity)).toEqual(severities);
  });
});

describe('a permit that ended', () => {
  const permit = (more: object = {}) => ({
    'Enterprise.permits': {
      items: [
        { item: 'X', nameZh: '港口经营许可证', nameEn: null, issuer: 'transport', status: 'EXPIRED', validTo: '2020-03-22', ...more },
      ],
    },
  });

  it('is a condition, told with who renews it', () => {
    expect(blockersOf('large-event', permit())).toMatchObject([
      { kind: 'CERTIFICATE_INVALID', severity: 'LIMITS', agency: 'transport', what: { zh: '“港口经营许可证”已失效。' } },
    ]);
  });

  it('is none where the plan obtains it again, or winds the enterprise up', () => {
    const item = catalogue.item('mass-event')?.code;
    expect(blockersOf('large-event', permit({ item }))).toEqual([]);
    expect(blockersOf('deregister-company', permit())).toEqual([]);
  });

  it('that names a body the catalogue lacks is told by who answered', () => {
    expect(blockersOf('large-event', permit({ issuer: 'nobody-knows' }))).toMatchObject([{ agency: 'js-service-portal' }]);
  });
});
