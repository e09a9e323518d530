import { describe, expect, it } from 'vitest';
import { createCalendar } from '../calendar/index.ts';
import { type Catalogue, loadCatalogue, type Theme } from '../catalogue/index.ts';
import { type Answer, AnswersRefused, answersOf, type Guide, knownFrom, makeGuide } from './index.ts';

/** What ships, its forms left away: what they ask agencies is told in form/. */
const catalogue: Catalogue = {
  ...loadCatalogue(new URL('../../catalogue', import.meta.url).pathname),
  form: () => ({ item: '*', required: [], optional: [] }),
};
const calendar = createCalendar();

const themeOf = (id: string): Theme => catalogue.theme(id) ?? expect.fail(`no theme ${id}`);

function guideOf(theme: Theme, answers: Readonly<Record<string, Answer>> = {}, startOn = '2026-03-09'): Guide {
  const request = { theme, answers: new Map(Object.entries(answers)), applicant: { people: [] }, startOn };
  return makeGuide({ ...request, known: knownFrom(request.applicant, []) }, { catalogue, calendar });
}

const stepOf = ({ steps }: Guide, slug: string) => steps.find(({ item }) => item.slug === slug) ?? expect.fail(`no step ${slug}`);
const slugs = (codes: readonly string[]) => codes.map((code) => catalogue.item(code)?.slug);

const CONSTRUCTION = {
  land: 'transfer',
  hasLandCertificate: false,
  energy: 'over-5000',
  eiaClass: 'report',
  fireClass: 'special',
  shelter: 'build',
  tender: true,
  selfTender: true,
  soil: false,
  river: false,
  heritage: false,
  lightning: false,
} as const;

describe('open a company, everything wanted', () => {
  const answers = { hasEmployees: true, needsInvoices: true, generalTaxpayer: true, needsBankAccount: true };
  const guide = guideOf(themeOf('open-company'), answers);

  it('takes three working days, side by side instead of one after another', () => {
    expect(guide.timeline).toMatchObject({
      workingDays: 3,
      oneAfterAnother: 11,
      finishOn: '2026-03-12',
      target: { workingDays: 3, met: true },
    });
    expect(slugs(guide.timeline.criticalPath)).toEqual(['name-declaration', 'company-establish', 'seal-filing', 'invoice-first']);
  });

  it('says why each step is there', () => {
    expect(stepOf(guide, 'company-establish').why.en).toBe('Everybody needs it for this theme.');
    expect(stepOf(guide, 'invoice-first').why).toEqual({
      zh: '“是否需要领用发票？”的回答为“是”，因此需要。',
      en: 'Needed, because the answer to “Do you need invoices?” is “yes”.',
    });
    expect(stepOf(guideOf(themeOf('open-company'), { needsInvoices: false }), 'invoice-first')).toMatchObject({
      status: 'NOT_NEEDED',
      schedule: null,
      why: { zh: '“是否需要领用发票？”的回答为“否”，因此不需要。' },
    });
  });

  it('begins on the next working day, and what is done on the spot ends that day', () => {
    const holiday = guideOf(themeOf('open-company'), answers, '2026-10-01');
    expect(stepOf(holiday, 'name-declaration').schedule).toMatchObject({ fileOn: '2026-10-08', promised: { due: '2026-10-08' } });
    expect(holiday.timeline).toMatchObject({ startOn: '2026-10-08', finishOn: '2026-10-12' });
  });

  it('names the years for which the calendar is a guess', () => {
    expect(guide.timeline.assumedYears).toEqual([]);
    expect(guideOf(themeOf('open-company'), answers, '2029-05-07').timeline.assumedYears).toEqual([2029]);
  });
});

describe('a construction project', () => {
  const apart = guideOf(themeOf('construction-project'), { ...CONSTRUCTION, small: false });
  const small = guideOf(themeOf('construction-project'), { ...CONSTRUCTION, small: true });

  it('goes through four stages and the utilities, in their order', () => {
    const stages = apart.steps.map(({ stage }) => stage.nameZh);
    expect([...new Set(stages)]).toEqual(['立项用地规划许可', '工程建设许可', '施工许可', '市政公用接入', '竣工验收']);
  });

  it('gets its permit within 50 working days', () => {
    expect(apart.timeline.target).toMatchObject({ workingDays: 50, met: true, milestone: catalogue.item('construction-permit')?.code });
    expect(apart.timeline.target.planned).toBeLessThanOrEqual(50);
  });

  it('forwards what other bodies decide; the applicant goes through one door', () => {
    const forwarded = apart.steps.filter(({ forwardedTo }) => forwardedTo).map(({ item, forwardedTo }) => [item.slug, forwardedTo?.id]);
    expect(forwarded).toEqual([
      ['energy-review-large', 'development-reform'],
      ['self-tender-filing', 'housing-construction'],
      ['tender-document-filing', 'housing-construction'],
      ['power-connection', 'power-supply'],
      ['water-connection', 'water-supply'],
      ['gas-connection', 'gas-supply'],
    ]);
  });

  it('small: works planning and construction permit are filed once, on the first day on which one of their steps can begin', () => {
    const merged = small.steps.filter(({ stage, schedule }) => stage.merged && schedule);
    expect(merged.map(({ item }) => item.slug)).toEqual(expect.arrayContaining(['planning-permit', 'construction-permit']));
    expect(new Set(merged.map(({ schedule }) => schedule?.fileOn))).toEqual(new Set([stepOf(small, 'eia-report').schedule?.startsOn]));
  });

  it('small: its decisions keep their order and their days', () => {
    for (const { item, schedule } of small.steps) {
      const before = stepOf(apart, item.slug).schedule;
      expect([schedule?.startsOn, schedule?.promised.due], item.slug).toEqual([before?.startsOn, before?.promised.due]);
    }
    expect(small.timeline).toEqual(apart.timeline);
  });
});

describe('dropped steps', () => {
  it('hand on what they depend on, however many there are in a row', () => {
    const guide = guideOf(themeOf('construction-project'), { ...CONSTRUCTION, shelter: 'none', hasLandCertificate: true, small: false });
    expect(slugs(stepOf(guide, 'planning-permit').dependsOn)).toEqual(['design-review', 'land-use-permit', 'project-filing']);
    expect(slugs(stepOf(guide, 'shelter-build').dependsOn)).toEqual(['project-filing', 'design-review']);
  });
});

describe('questions', () => {
  const theme = themeOf('construction-project');

  it('that are answered or decide nothing any more are not asked', () => {
    expect(guideOf(theme, CONSTRUCTION).openQuestions.map(({ id }) => id)).toEqual(['small']);
    const unbuilt = { ...theme, steps: theme.steps.filter(({ stage }) => stage === '立项用地规划许可') };
    expect(guideOf(unbuilt).openQuestions.map(({ id }) => id)).toEqual(['land', 'hasLandCertificate', 'energy']);
  });

  it('that are open leave steps undecided, counted in, of alternatives the longest', () => {
    const guide = guideOf(theme, { ...CONSTRUCTION, small: false, eiaClass: 'report' });
    const { eiaClass: _, ...open } = CONSTRUCTION;
    const undecided = guideOf(theme, { ...open, small: false });
    expect(['eia-report', 'eia-form'].map((slug) => stepOf(undecided, slug).status)).toEqual(['UNDECIDED', 'UNDECIDED']);
    expect(undecided.timeline.oneAfterAnother).toBe(guide.timeline.oneAfterAnother);
    expect(slugs(stepOf(undecided, 'eia-report').parallelWith)).not.toContain('eia-form');
  });

  it('take answers as text or as they are', () => {
    const given: [string, Answer][] = [
      ['small', 'true'],
      ['tender', false],
      ['land', 'existing'],
    ];
    expect([...answersOf(theme, given)]).toEqual([
      ['small', true],
      ['tender', false],
      ['land', 'existing'],
    ]);
  });

  it.each<[string, [string, Answer][], RegExp]>([
    [
      'an unknown question',
      [
        ['small', true],
        ['321012198812139970', true],
      ],
      /^answer 2 is to a question that the theme construction-project does not ask; it asks small, land/,
    ],
    ['an answer that is no choice', [['land', '321012198812139970']], /^the question land takes one of transfer, allocation, existing$/],
    ['a word for a yes or no', [['small', 'yes']], /^the question small takes one of true, false$/],
    [
      'two answers',
      [
        ['small', true],
        ['small', false],
      ],
      /^the question small is answered twice$/,
    ],
  ])('refuse %s without repeating it', (_, given, message) => {
    expect(() => answersOf(theme, given)).toThrow(AnswersRefused);
    expect(() => answersOf(theme, given)).toThrow(message);
    expect(() => answersOf(theme, given)).not.toThrow(/321012198812139970/);
  });
});
