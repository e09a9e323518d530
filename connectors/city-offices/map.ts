import type { CityReviewRecordShape, CityReviewShape } from '../../schema/generated/connector-fields.ts';
import type { CityReviewKind, CityReviewStatus } from '../../schema/generated/types.ts';
import { coded, compactDay, optional } from '../../src/connect/index.ts';
import type { ProjectRow, Review } from './wire.ts';

const KINDS: Readonly<Record<string, CityReviewKind>> = {
  JNSC: 'ENERGY_REVIEW',
  ZBWJ: 'TENDER_DOCUMENT_FILING',
  ZXZB: 'SELF_TENDER_FILING',
};
const STATES: Readonly<Record<string, CityReviewStatus>> = { '1': 'IN_REVIEW', '2': 'RETURNED', '3': 'PASSED', '4': 'NOT_PASSED' };
/** The city's codes of departments, as ids of the catalogue. */
const DEPARTMENTS: Readonly<Record<string, string>> = { '04': 'development-reform', '17': 'housing-construction' };

/** What municipal departments decided about one project, in the schema's terms. */
export const toCityReviews = ({ sclb }: ProjectRow): CityReviewRecordShape => ({ items: sclb.map(toReview) });

const toReview = (it: Review): CityReviewShape => ({
  kind: coded(KINDS, it.sxlx, 'kind of review'),
  agency: coded(DEPARTMENTS, it.bmdm, 'department'),
  status: coded(STATES, it.blzt, 'state of review'),
  number: it.wh,
  decidedOn: optional(it.bjrq, compactDay),
  opinionZh: it.yj,
});
