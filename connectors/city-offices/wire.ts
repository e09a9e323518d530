import { z } from 'zod';
import type { Meaning, ReplyTable, RequestTable } from '../../src/connect/index.ts';

/** 请求表, without its schema. The unit code tells the rows of one hall from those of others. */
export const requestTable = (hall: string): RequestTable => ({
  table: 'qz_request',
  /** 流水号 */
  id: 'lsh',
  /** 服务编码 */
  service: 'fwbm',
  /** 请求报文 */
  payload: 'qqbw',
  /** 创建时间 */
  createdAt: 'cjsj',
  /** 签名 */
  signature: 'qm',
  /** 单位编码 */
  fixed: { dwbm: hall },
});

/** 应答表, without its schema. */
export const REPLY_TABLE: ReplyTable = {
  table: 'qz_reply',
  id: 'lsh',
  /** 应答报文 */
  payload: 'ydbw',
  /** 结果代码 */
  code: 'jgdm',
  /** 读取标志: 0 未读取, 1 已读取 */
  read: 'dqbz',
  signature: 'qm',
};

/** 查询项目市级审查与备案情况 */
export const SERVICE = 'XMSC01';

/** 结果代码 of a good reply. */
export const OK = '0';
/** What the other ones mean. A code that is not listed means `REFUSED`. */
export const MEANINGS: Readonly<Record<string, Meaning>> = {
  // 签名错误, 未授权该服务
  '1001': 'CREDENTIALS',
  '1002': 'CREDENTIALS',
  // 系统维护, 任务积压
  '3001': 'MAINTENANCE',
  '3002': 'THROTTLED',
  // 查无数据: none of the projects is known
  '4004': 'absent',
};

/** One review or filing. 审查备案事项 */
const Review = z.object({
  /** 事项类型: JNSC 节能审查, ZBWJ 招标文件备案, ZXZB 自行招标备案 */
  sxlx: z.string(),
  /** 办理部门代码: two digits */
  bmdm: z.string().regex(/^\d{2}$/),
  /** 办理状态: 1 办理中, 2 退回补正, 3 通过（备案）, 4 不予通过 */
  blzt: z.string(),
  /** 文号 */
  wh: z.string().nullable(),
  /** 办结日期, yyyyMMdd */
  bjrq: z.string().nullable(),
  /** 意见 */
  yj: z.string().nullable(),
});
export type Review = z.infer<typeof Review>;

/** One project with its reviews. 项目 */
export const ProjectRow = z.object({ xmdm: z.string(), sclb: z.array(Review) });
export type ProjectRow = z.infer<typeof ProjectRow>;

export const ReviewsReply = z.object({
  /** 数据时间 */
  sjsj: z.iso.datetime({ offset: true }),
  /** 项目列表; each row is held against ProjectRow on its own, so that one wrong row costs one project */
  xmlb: z.array(z.looseObject({ xmdm: z.string() })),
  /** 未登记的项目代码 */
  wdj: z.array(z.string()),
});
