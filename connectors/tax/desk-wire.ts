import { z } from 'zod';
import { listOf } from './wire.ts';

/** What is empty arrives as an empty text. */
const text = z.string().transform((it) => it || null);

/** Something that happened to an application. 办理环节 */
const Step = z.object({
  /** 环节流水号: the same whenever it is told */
  hjlsh: z.string().min(1),
  /** 环节代码: 01 受理, 02 不予受理, 03 补正通知, 04 补正收讫, 05 中止, 06 恢复, 07 办结, 08 不予办理, 09 撤回 */
  hjDm: z.enum(['01', '02', '03', '04', '05', '06', '07', '08', '09']),
  /** 发生时间 */
  fssj: z.iso.datetime({ offset: true }),
  /** 原因 */
  yy: text,
  /** 补正项列表: 材料代码, 表单项代码, 内容 */
  bzxlb: listOf('bzx', z.object({ clDm: text, bdxDm: text, nr: z.string() })),
  /** 文书号码, 文书名称 */
  wshm: text,
  wsmc: text,
});
export type Step = z.infer<typeof Step>;

/** 收件回执 */
export const ReceiptReply = z.object({ sxslh: z.string().min(1) });

/** 办理进度 */
export const ProgressReply = z.object({ sxslh: z.string().min(1), hjlb: listOf('hj', Step) });

/** 补正、撤回的回执 */
export const DoneReply = z.object({ jg: z.literal('1') });

/** 环节通知, as the tax office calls back */
export const Notice = z.object({ hjtz: z.object({ wbbh: z.string(), sxslh: z.string(), hj: Step }) });

export const NAMESPACE = 'urn:yangzhou:tax:exchange';
/** Elements that may repeat in what the desk gets. */
export const ARRAYS = ['hj', 'bzx'];
/** A call-back tells one step. */
export const NOTICE_ARRAYS = ['bzx'];
