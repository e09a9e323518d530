import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/calendar/index.ts';
import { loadCatalogue, type Theme, type ThemeQuestion } from '../../src/catalogue/index.ts';
import type { Provenance } from '../../src/connect/index.ts';
import { type Answer, asksOf, type Guide, type GuideStep, type KnownReading, knownFrom, makeGuide } from '../../src/guide/index.ts';
import { breaches } from './laws.ts';

const catalogue = loadCatalogue(new URL('../../catalogue', import.meta.url).pathname);
const calendar = createCalendar();
const USCC = '91321071990000017N';
const PEOPLE = ['legal-representative', 'agent', 'spouse', 'employee'] as const;
const ID_NUMBER = '321012198812139970';

const theme = (id: string): Theme => {
  const found = catalogue.theme(id);
  if (!found) throw new Error(`no theme ${id}`);
  return found;
};

const valuesOf = (question: ThemeQuestion): readonly Answer[] =>
  question.type === 'boolean' ? [true, false] : question.choices.map(({ value }) => value);

/** Answers to all questions, or to some. */
const answersTo = ({ questions }: Theme, complete: boolean) =>
  fc
    .tuple(...questions.map((question) => fc.constantFrom(...valuesOf(question), ...(complete ? [] : [undefined]))))
    .map((values) => new Map(questions.flatMap(({ id }, i) => (values[i] === undefined ? [] : [[id, values[i]] as const]))));

const day = fc.integer({ min: 0, max: 900 }).map((n) => new Date(Date.UTC(2025, 0, 1 + n)).toISOString().slice(0, 10));

const provenance: Provenance = { agency: 'js-e-licence', connector: 'provincial', retrievedAt: new Date(0), asOf: null, freshness: 'LIVE' };
const TYPES = [...new Set(catalogue.materials.flatMap(({ certificateType }) => certificateType ?? []))];

/** Whatever an agency may say when it is asked for certificates, credit or anything else. */
const reading: fc.Arbitrary<KnownReading> = fc.oneof(
  fc.constant<KnownReading>({ kind: 'absent' }),
  fc.constant<KnownReading>({ kind: 'failed', agency: 'js-e-licence', code: 'AGENCY_TIMEOUT' }),
  fc.constant<KnownReading>({ kind: 'failed', agency: null, code: 'AGENCY_NOT_CONNECTED' }),
  fc
    .record({
      items: fc.array(
        fc.record({
          type: fc.constantFrom(...TYPES),
          issuer: fc.constantFrom('ecology', 'nobody-knows'),
          validTo: fc.oneof(fc.constant(null), day),
          status: fc.constantFrom('VALID', 'EXPIRED', 'REVOKED', 'CANCELLED', 'MORTGAGED'),
        }),
        { maxLength: 40 },
      ),
      badFlags: fc.array(fc.record({ source: fc.constantFrom('justice', 'taxation'), until: fc.oneof(fc.constant(null), day) }), {
        maxLength: 1,
      }),
      arrears: fc.constantFrom('0.00', '12.50'),
      status: fc.constantFrom('ACTIVE', 'ABNORMAL', 'REVOKED', 'DEREGISTERED'),
    })
    .map((value): KnownReading => ({ kind: 'value', value, provenance })),
);

const applicant = fc.record({
  uscc: fc.constantFrom(USCC, undefined),
  idNumber: fc.constantFrom(ID_NUMBER, undefined),
  people: fc.subarray([...PEOPLE]).map((holders) => holders.map((holder) => ({ holder, idNumber: ID_NUMBER }))),
});

function guideOf(of: Theme, answers: ReadonlyMap<string, Answer>, startOn = '2026-03-09'): Guide {
  const request = { theme: of, answers, startOn, applicant: { people: [] } };
  return makeGuide({ ...request, known: knownFrom(request.applicant, []) }, { catalogue, calendar });
}

describe.each(catalogue.themes.map((it) => [it.id, it] as const))('%s', (_, of) => {
  it('keeps every law of a guide, for 200 applicants, answers and states of the agencies', () => {
    const input = fc.record({
      answers: answersTo(of, false),
      startOn: day,
      applicant,
      readings: fc.array(reading, { minLength: 12, maxLength: 12 }),
    });
    fc.assert(
      fc.property(input, ({ answers, startOn, applicant, readings }) => {
        const request = { theme: of, answers, startOn, applicant };
        const asks = asksOf(request, catalogue);
        const known = knownFrom(
          applicant,
          asks.map((ask, i) => [ask, readings[i % readings.length] ?? { kind: 'absent' }]),
        );
        const guide = makeGuide({ ...request, known }, { catalogue, calendar });
        expect(breaches({ guide, theme: of, answers, catalogue, calendar })).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('meets its target whatever the answers are', () => {
    fc.assert(
      fc.property(answersTo(of, true), (answers) => {
        const { timeline, openQuestions } = guideOf(of, answers);
        expect(openQuestions).toEqual([]);
        expect(timeline.target).toMatchObject({ met: true });
      }),
      { numRuns: 200 },
    );
  });
});

describe('the laws can be broken', () => {
  const of = theme('construction-project');
  const answers = new Map<string, Answer>([
    ['small', false],
    ['eiaClass', 'form'],
    ['land', 'allocation'],
    ['hasLandCertificate', true],
  ]);
  const good = guideOf(of, answers);
  const judge = (guide: Guide, judgedBy = of) =>
    breaches({ guide, theme: judgedBy, answers, catalogue, calendar }).map((it) => it.split(':')[0]);
  const withStep = (slug: string, change: (step: GuideStep) => Partial<GuideStep>): Guide => ({
    ...good,
    steps: good.steps.map((step) => (step.item.slug === slug ? { ...step, ...change(step) } : step)),
  });
  const withLine = (id: string, change: Partial<Guide['notice'][number]>): Guide => ({
    ...good,
    notice: good.notice.map((line) => (line.material.id === id ? { ...line, ...change } : line)),
  });
  const slipped = ({ schedule }: GuideStep, change: Partial<NonNullable<GuideStep['schedule']>>) => ({
    schedule: schedule && { ...schedule, ...change },
  });

  it('but this guide keeps them', () => expect(judge(good)).toEqual([]));

  it.each<[string, string, Guide]>([
    ['a step before its dependency', 'nothing stands before what it depends on', { ...good, steps: good.steps.toReversed() }],
    ['a step forgotten', 'every step stands once, as the answers make it', { ...good, steps: good.steps.slice(1) }],
    [
      'a dropped step that keeps its dependencies',
      'dropped steps hand on what they depend on',
      withStep('planning-permit', () => ({ dependsOn: [] })),
    ],
    [
      'a step that begins too early',
      'nothing begins before what it waits for is done',
      withStep('planning-permit', (step) => slipped(step, { startsOn: '2026-03-10' })),
    ],
    [
      'a second visit',
      'a step is filed when it begins; a merged stage once, when its first step does',
      withStep('planning-permit', (step) => slipped(step, { fileOn: '2026-03-10' })),
    ],
    [
      'a Sunday',
      'days are working days and follow each other',
      withStep('project-filing', (step) => slipped(step, { fileOn: '2026-03-08' })),
    ],
    [
      'a day lost',
      'the plan takes as long as its longest path',
      { ...good, timeline: { ...good.timeline, workingDays: good.timeline.workingDays + 1 } },
    ],
    [
      'a path with a gap',
      'the critical path hangs together and cannot slip',
      { ...good, timeline: { ...good.timeline, criticalPath: good.timeline.criticalPath.slice(1) } },
    ],
    [
      'a step with time it does not have',
      'slack is what a step may slip',
      withStep('planning-permit', (step) => slipped(step, { slack: 3 })),
    ],
    [
      'a material twice',
      'every material of the planned items stands once',
      { ...good, notice: [...good.notice, ...good.notice.slice(0, 1)] },
    ],
    ['a material forgotten', 'every material of the planned items stands once', { ...good, notice: good.notice.slice(1) }],
    [
      'a paper asked for although a step makes it',
      'nobody brings what an earlier step makes, and what comes too late is not called made',
      withLine('project-filing', { kind: 'TO_BRING' }),
    ],
    [
      'a paper called made that nobody makes',
      'nobody brings what an earlier step makes, and what comes too late is not called made',
      withLine('energy-report', { kind: 'MADE' }),
    ],
    [
      'a paper that may not follow',
      'only what everybody who insists lets follow may follow',
      withLine('energy-report', { kind: 'MAY_FOLLOW', follows: { workingDays: 5, by: '2026-03-16' } }),
    ],
  ])('%s is caught', (_, law, guide) => expect(judge(guide)).toContain(law));

  it('a maker that is no longer upstream is caught', () => {
    const steps = of.steps.map((step) => (step.slug === 'land-use-permit' ? { ...step, dependsOn: [] } : step));
    expect(judge(good, { ...of, steps })).toContain('nobody brings what an earlier step makes, and what comes too late is not called made');
    const { notice } = guideOf({ ...of, steps }, answers);
    expect(notice.find(({ material }) => material.id === 'project-filing')).toMatchObject({
      kind: 'TO_BRING',
      note: { en: expect.stringContaining('An item needs it before the step that makes it.') },
    });
  });
});
