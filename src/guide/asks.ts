/** What must be asked for a guide, and what it means when it cannot be. */
import type { Catalogue } from '../catalogue/index.ts';
import { answersOf } from './answers.ts';
import { librarySections } from './certificates.ts';
import { formAsks } from './form/index.ts';
import { asksFor, type Wanted } from './holders.ts';
import { makingOf } from './making.ts';
import { isLookedFor, materialsAsked } from './notice.ts';
import { type Outline, outlineOf } from './outline.ts';
import { RECORD_RULES } from './record-rules.ts';
import type { Ask, GuideInput, Known, Sentence, Unchecked } from './types.ts';

/** What is known before anything is asked. */
export type GuideRequest = Omit<GuideInput, 'known'>;

/**
 * Everything that agencies must be asked for this guide, and no more: certificates of those whose papers may be fetched, the
 * enterprise's records that can stand in the way, and what fills the form. None twice. Throws {@link AnswersRefused}.
 */
export function asksOf(request: GuideRequest, catalogue: Catalogue): readonly Ask[] {
  const answers = answersOf(request.theme, request.answers);
  return asksWithin(outlineOf(request.theme, answers, catalogue), { ...request, answers }, catalogue);
}

/** The same, where the outline is there already. */
export function asksWithin(outline: Outline, { theme, answers, applicant }: GuideRequest, catalogue: Catalogue): readonly Ask[] {
  const records = RECORD_RULES.map(({ section }): Wanted => ({ holder: 'enterprise', section }));
  const papers = materialsAsked(outline, catalogue)
    .filter(([material, asking]) => isLookedFor(material, makingOf(material.id, asking, outline, theme.questions)))
    .flatMap(([material]) => librarySections(material));
  const fields = formAsks({ theme, answers, plannedItems: outline.planned.map(({ item }) => item) }, catalogue);
  return asksFor([...records, ...papers, ...fields], applicant);
}

const PAPERS: Sentence = {
  zh: '未能核验证照，由大厅稍后获取，延误不计入您的时间。',
  en: 'Papers could not be checked: the hall fetches them later, and the delay is not yours.',
};
const PAPERS_FOR_GOOD: Sentence = {
  zh: '本大厅尚未接入证照库，相关证照须自行提供。',
  en: 'This hall is connected to no library of certificates: bring the papers.',
};
const FIELDS: Sentence = {
  zh: '未能预填相关表单项，请自行填写，由大厅稍后核对。',
  en: 'Fields of the form stay empty: fill them in, and the hall compares them later.',
};

/** What was asked and could not be answered, each section of each agency once. */
export function uncheckedOf(asks: readonly Ask[], known: Known): readonly Unchecked[] {
  const failed = asks.flatMap(({ holder, section, key }): Unchecked[] => {
    const reading = known(holder, section, key);
    if (reading.kind !== 'failed') return [];
    return [{ agency: reading.agency, section, code: reading.code, consequence: consequenceOf(section, reading.agency) }];
  });
  return [...new Map(failed.map((it) => [`${it.agency} ${it.section} ${it.code}`, it])).values()];
}

function consequenceOf(section: string, agency: string | null): Sentence {
  const rule = RECORD_RULES.find((it) => it.section === section);
  if (rule) return rule.unchecked;
  if (!section.endsWith('.certificates')) return FIELDS;
  return agency === null ? PAPERS_FOR_GOOD : PAPERS;
}
