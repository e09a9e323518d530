/** Provincial construction approval system 江苏省工程建设项目审批管理系统. */
import { z } from 'zod';
import type { ProjectApprovalShape } from '../../../schema/generated/connector-fields.ts';
import type { ApprovalStatus } from '../../../schema/generated/types.ts';
import { coded, day } from '../../../src/connect/index.ts';
import { department } from '../codes.ts';
import type { Platform } from './platform.ts';

export const ApprovalsRow = z.object({
  /** 国家统一项目代码 */
  xmdm: z.string(),
  /** 审批事项列表, in the order of the procedure */
  spsxlb: z.array(
    z.object({
      /** 审批事项名称 */
      spsxmc: z.string(),
      /** 审批部门代码 */
      spbmdm: z.string(),
      /** 审批阶段: 1 立项用地规划许可, 2 工程建设许可, 3 施工许可, 4 竣工验收 */
      spjd: z.int().min(1).max(4),
      /** 办理状态: 0 未开始, 1 办理中, 2 已通过 */
      blzt: z.string(),
      /** 批文文号, once granted */
      pwwh: z.string().nullable(),
      /** 办结日期 yyyy-MM-dd, once granted */
      bjrq: z.string().nullable(),
    }),
  ),
});
export type ApprovalsRow = z.infer<typeof ApprovalsRow>;

const STATUSES: Readonly<Record<string, ApprovalStatus>> = { '0': 'NOT_STARTED', '1': 'IN_REVIEW', '2': 'GRANTED' };

function toApproval(row: ApprovalsRow['spsxlb'][number]): ProjectApprovalShape {
  return {
    nameZh: row.spsxmc,
    agency: department(row.spbmdm),
    stage: row.spjd,
    status: coded(STATUSES, row.blzt, 'approval status'),
    number: row.pwwh,
    decidedOn: row.bjrq === null ? null : day(row.bjrq),
  };
}

export const construction: Platform = ({ exchange }) => ({
  Project: {
    approvals: exchange.platform('js-construction').lookup({
      fresh: '10m',
      stale: '24h',
      service: 'queryApprovals',
      request: (codes) => ({ xmdm: codes }),
      row: ApprovalsRow,
      key: (row) => row.xmdm,
      map: (row) => ({ items: row.spsxlb.map(toApproval) }),
    }),
  },
});
