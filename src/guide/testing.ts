import { fileURLToPath } from 'node:url';
import { type CivilDate, createCalendar } from '../calendar/index.ts';
import { type Catalogue, loadCatalogue } from '../catalogue/index.ts';
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
