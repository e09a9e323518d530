/** What a line of the notice says beside its kind. Sentences name papers, agencies and days, never people or numbers. */
import type { CivilDate } from '../calendar/index.ts';
import type { Agency, Catalogue, Holder } from '../catalogue/index.ts';
import type { Defect, Finding } from './certificates.ts';
import { HOLDER_NAMES } from './holders.ts';
import type { Sentence } from './types.ts';

/** An agency's name in both languages; its id where the catalogue has none. */
export function agencyName(id: string, catalogue: Catalogue): Sentence {
  const agency: Agency | undefined = catalogue.agency(id);
  return { zh: agency?.nameZh ?? id, en: agency?.nameEn ?? id };
}

const DEFECTS: Readonly<Record<Defect, Sentence>> = {
  EXPIRED: { zh: '已过期', en: 'has expired' },
  CANCELLED: { zh: '已注销', en: 'was cancelled' },
  REVOKED: { zh: '已吊销', en: 'was revoked' },
  MORTGAGED: { zh: '处于抵押状态', en: 'is under mortgage' },
  ENDS_BEFORE: { zh: '在使用日之前到期', en: 'ends before it is needed' },
};

/** What is wrong with a certificate. */
export const defectText = (defect: Defect): Sentence => DEFECTS[defect];

/** What looking for a material in the library came to, where there is something to say. */
export function findingNote(finding: Finding, holder: Holder, neededOn: CivilDate): Sentence | null {
  switch (finding.kind) {
    case 'valid':
      return null;
    case 'invalid':
      return invalidNote(finding.defect, finding.validTo, neededOn);
    case 'unreachable':
      return {
        zh: '部门系统暂时无法查询，由大厅稍后获取，延误不计入您的时间。',
        en: 'The agency cannot be asked right now: the hall fetches it later; the delay is not yours.',
      };
    case 'not-connected':
      return { zh: '本大厅尚未接入证照库，请提供原件。', en: 'This hall is not connected to a library of certificates: bring it.' };
    case 'none':
      return noneNote(finding.missing, finding.of);
    case 'unnamed':
      return {
        zh: `填写${HOLDER_NAMES[holder].zh}后由大厅向证照库查取，查到的免提交。`,
        en: `Name ${HOLDER_NAMES[holder].en}, and the hall fetches it where the library holds it.`,
      };
  }
}

function invalidNote(defect: Defect, validTo: CivilDate | null, neededOn: CivilDate): Sentence {
  const days: Sentence =
    defect === 'ENDS_BEFORE'
      ? { zh: `（有效期至${validTo}，需用于${neededOn}）`, en: ` (valid to ${validTo}, needed on ${neededOn})` }
      : { zh: '', en: '' };
  return {
    zh: `证照库显示该证照${DEFECTS[defect].zh}${days.zh}，请更新后提供。`,
    en: `The library says that it ${DEFECTS[defect].en}${days.en}: bring it when that is mended.`,
  };
}

function noneNote(missing: number, of: number): Sentence {
  if (missing === of) return { zh: '证照库中没有该证照，请提供原件。', en: 'The library holds none: bring it.' };
  return {
    zh: `证照库中查到${of - missing}人的证照，另有${missing}人须提供原件。`,
    en: `The library holds it for ${of - missing} of ${of} people: bring it for the other ${missing}.`,
  };
}

export const FLAGGED: Sentence = {
  zh: '存在失信记录，不适用容缺，须在申报时提交。',
  en: 'A bad credit flag stands against the applicant: it may not follow later.',
};
export const SUBJECT_TO_CREDIT: Sentence = { zh: '以信用核查无失信记录为前提。', en: 'Only if the credit check finds no bad flag.' };
export const MAY_BE_MADE: Sentence = {
  zh: '视待答问题的回答，可能由前序步骤产生。',
  en: 'Depending on an open question, an earlier step may make it.',
};
export const NEEDED_BEFORE_MADE: Sentence = {
  zh: '产生该材料的步骤之前已有事项需要。',
  en: 'An item needs it before the step that makes it.',
};
export const TAKEN_EARLIER: Sentence = {
  zh: '产生该材料之前的事项也可使用，已持有的可一并提供。',
  en: 'An item before the step that makes it takes it too, if you hold one already.',
};

/** Several sentences as one; null when there are none. */
export function together(sentences: readonly (Sentence | null)[]): Sentence | null {
  const said = sentences.filter((it) => it !== null);
  return said.length === 0 ? null : { zh: said.map(({ zh }) => zh).join(''), en: said.map(({ en }) => en).join(' ') };
}
