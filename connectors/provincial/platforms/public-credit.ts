/** Provincial public credit platform 江苏省公共信用信息平台. */
import { z } from 'zod';
import type { CreditFlagShape, CreditRecordShape } from '../../../schema/generated/connector-fields.ts';
import type { CreditFlagKind, CreditGrade } from '../../../schema/generated/types.ts';
import { coded, day } from '../../../src/connect/index.ts';
import { department } from '../codes.ts';
import type { Platform } from './platform.ts';

export const CreditRow = z.object({
  /** 统一社会信用代码 */
  tyshxydm: z.string(),
  /** 公共信用评级: A 优, B 良, C 中, D 差 */
  ggxypj: z.string(),
  /** 近三年行政处罚次数 */
  xzcfcs: z.int().nonnegative(),
  /** 守信激励记录 */
  sxjl: z.array(z.string()),
  /** 失信惩戒记录 */
  sxcj: z.array(
    z.object({
      /** 失信类别 */
      sxlb: z.string(),
      /** 失信事由 */
      sxsy: z.string(),
      /** 认定单位（部门代码） */
      rddwdm: z.string(),
      /** 认定日期 yyyy-MM-dd */
      rdrq: z.string(),
      /** 惩戒截止日期 yyyy-MM-dd; null until repaired 信用修复 */
      cjjzrq: z.string().nullable(),
    }),
  ),
});
export type CreditRow = z.infer<typeof CreditRow>;

const GRADES: Readonly<Record<string, CreditGrade>> = { A: 'EXCELLENT', B: 'GOOD', C: 'FAIR', D: 'POOR' };
const FLAGS: Readonly<Record<string, CreditFlagKind>> = {
  '01': 'ABNORMAL_OPERATION',
  '02': 'SERIOUS_VIOLATION',
  '03': 'JUDGMENT_DEFAULTER',
  '04': 'MAJOR_TAX_OFFENCE',
  '05': 'BROKEN_COMMITMENT',
};

function toFlag(row: CreditRow['sxcj'][number]): CreditFlagShape {
  return {
    kind: coded(FLAGS, row.sxlb, 'flag'),
    reasonZh: row.sxsy,
    source: department(row.rddwdm),
    since: day(row.rdrq),
    until: row.cjjzrq === null ? null : day(row.cjjzrq),
  };
}

const toCredit = (row: CreditRow): CreditRecordShape => ({
  grade: coded(GRADES, row.ggxypj, 'grade'),
  penalties: row.xzcfcs,
  honours: row.sxjl,
  badFlags: row.sxcj.map(toFlag),
});

export const publicCredit: Platform = ({ exchange }) => ({
  Enterprise: {
    credit: exchange.platform('js-public-credit').lookup({
      // Never stale: a flag set since would let an enterprise through that must not pass.
      fresh: '5m',
      service: 'queryCredit',
      request: (usccs) => ({ tyshxydm: usccs }),
      row: CreditRow,
      key: (row) => row.tyshxydm,
      map: toCredit,
    }),
  },
});
