import { fileURLToPath } from 'node:url';
import { type CivilDate, createCalendar } from '../calendar/index.ts';
import { type Catalogue, loadCatalogue, type Theme } from '../catalogue/index.ts';
import { type Answer, type Applicant, type Guide, type KnownReading, knownFrom, makeGuide } from './index.ts';

const calendar = createCalendar();

/** The catalogue that ships. */
export const shippedCatalogue = (): Catalogue => loadCatalogue(fileURLToPath(new URL('../../catalogue', import.meta.url)));

export interface GuideOrder {
  readonly answers?: Readonly<Record<string, Answer>>;
  readonly startOn?: CivilDate;
  readonly applicant?: Applicant;
  /** What every agency says; without it nobody is asked. */
  readonly said?: KnownReading;
}

/** A guide of a theme as the hall makes it. */
export function guideOf(
  catalogue: Catalogue,
  themeId: string,
  { answers = {}, startOn = '2026-03-09', applicant, said }: GuideOrder = {},
): Guide {
  const theme = catalogue.theme(themeId);
  if (!theme) throw new Error(`the catalogue has no theme ${themeId}`);
  const asked = applicant ?? { people: [] };
  const known = said ? () => said : knownFrom(asked, []);
  return makeGuide({ theme, answers: new Map(Object.entries(answers)), applicant: asked, startOn, known }, { catalogue, calendar });
}

/** A guide of a theme that no catalogue holds: real items, waiting for each other and sorted into stages as told. */
export function guideOfSteps(
  catalogue: Catalogue,
  steps: readonly { readonly dependsOn: readonly number[]; readonly stage: number; readonly isOpen: boolean }[],
): Guide {
  const codes = catalogue.items.map(({ code }) => code);
  const theme: Theme = {
    id: 'made-up',
    nameZh: '虚构主题',
    nameEn: 'Made up',
    audience: 'enterprise',
    target: { workingDays: 10 },
    questions: [{ id: 'open', textZh: '是否？', textEn: 'Is it?', type: 'boolean' }],
    steps: steps.map(({ dependsOn, stage, isOpen }, i) => ({
      item: codes[i] ?? '',
      slug: `step-${i}`,
      stage: `阶段${stage}`,
      stageEn: `Stage ${stage}`,
      dependsOn: dependsOn.map((other) => codes[other] ?? ''),
      ...(isOpen && { when: { question: 'open', equals: true } }),
    })),
    mergedStages: [],
    windsUp: false,
  };
  const known = knownFrom({ people: [] }, []);
  return makeGuide({ theme, answers: new Map(), applicant: { people: [] }, startOn: '2026-03-09', known }, { catalogue, calendar });
}
