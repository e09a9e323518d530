/** Provincial investment project platform 江苏省投资项目在线审批监管平台. */
import { z } from 'zod';
import type { ProjectShape } from '../../../schema/generated/connector-fields.ts';
import type { EiaClass, ProjectProcedure, ProjectStage } from '../../../schema/generated/types.ts';
import { coded, day } from '../../../src/connect/index.ts';
import type { Platform } from './platform.ts';

export const ProjectsRow = z.object({
  /** 项目单位统一社会信用代码 */
  xmdwdm: z.string(),
  /** 项目列表 */
  xmlb: z.array(
    z.object({
      /** 国家统一项目代码 */
      xmdm: z.string(),
      /** 项目名称 */
      xmmc: z.string(),
      /** 项目英文名称 */
      xmywmc: z.string().nullable(),
      /** 审核备类型: A00001 审批, A00002 核准, A00003 备案 */
      shblx: z.string(),
      /** 总投资（万元） */
      ztz: z.number().nonnegative(),
      /** 年综合能耗（吨标准煤） */
      nzhnh: z.number().nonnegative(),
      /** 是否新增排污: 0 否, 1 是 */
      sfxzpw: z.string(),
      /** 环评类别 */
      hplb: z.string(),
      /** 供地方式 */
      gdfs: z.string(),
      /** 项目阶段 */
      xmjd: z.string(),
      /** 赋码日期 yyyy-MM-dd */
      fmrq: z.string(),
    }),
  ),
});
export type ProjectsRow = z.infer<typeof ProjectsRow>;

const PROCEDURES: Readonly<Record<string, ProjectProcedure>> = { A00001: 'APPROVAL', A00002: 'VERIFICATION', A00003: 'FILING' };
const EIA_CLASSES: Readonly<Record<string, EiaClass>> = { '1': 'REPORT', '2': 'FORM', '3': 'REGISTRATION' };
const STAGES: Readonly<Record<string, ProjectStage>> = {
  '01': 'FILED',
  '02': 'LAND_PERMIT',
  '03': 'CONSTRUCTION_PERMIT',
  '04': 'COMPLETED',
};
const LAND_SUPPLIES: Readonly<Record<string, string>> = { '00': 'existing', '01': 'transfer', '02': 'allocation' };
const YES_NO: Readonly<Record<string, boolean>> = { '0': false, '1': true };

const YUAN_PER_WAN = 10_000;

function toProject(row: ProjectsRow['xmlb'][number]): ProjectShape {
  return {
    code: row.xmdm,
    nameZh: row.xmmc,
    nameEn: row.xmywmc,
    procedure: coded(PROCEDURES, row.shblx, 'procedure'),
    investment: (row.ztz * YUAN_PER_WAN).toFixed(2),
    energyTce: row.nzhnh,
    newDischarge: coded(YES_NO, row.sfxzpw, 'discharge'),
    eiaClass: coded(EIA_CLASSES, row.hplb, 'assessment'),
    landSupply: coded(LAND_SUPPLIES, row.gdfs, 'land supply'),
    stage: coded(STAGES, row.xmjd, 'project stage'),
    filedOn: day(row.fmrq),
  };
}

export const investment: Platform = ({ exchange }) => ({
  Enterprise: {
    projects: exchange.platform('js-investment').lookup({
      fresh: '10m',
      stale: '24h',
      service: 'queryProjectsByUnit',
      request: (usccs) => ({ xmdwdm: usccs }),
      row: ProjectsRow,
      key: (row) => row.xmdwdm,
      map: (row) => ({ items: row.xmlb.map(toProject) }),
    }),
  },
});
