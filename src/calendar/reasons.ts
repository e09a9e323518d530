/**
 * Why a clock may stop. The first eight are those of the Administrative Licensing Law 行政许可法, article 45: the time they
 * take is not counted, and the applicant is told in writing how long they take. The last two come from local rules.
 */
export const STOP_REASONS = {
  HEARING: { zh: '听证', en: 'hearing' },
  TENDER: { zh: '招标', en: 'tender' },
  AUCTION: { zh: '拍卖', en: 'auction' },
  INSPECTION: { zh: '检验', en: 'inspection' },
  TESTING: { zh: '检测', en: 'testing' },
  QUARANTINE: { zh: '检疫', en: 'quarantine' },
  APPRAISAL: { zh: '鉴定', en: 'appraisal' },
  EXPERT_REVIEW: { zh: '专家评审', en: 'expert review' },
  CORRECTION: { zh: '补正', en: 'correction' },
  SPECIAL_PROCEDURE: { zh: '特别程序', en: 'special procedure' },
} as const;

/** A key of {@link STOP_REASONS}. */
export type StopReason = keyof typeof STOP_REASONS;
