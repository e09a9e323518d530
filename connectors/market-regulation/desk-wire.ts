import { z } from 'zod';

/** Something that happened to an application. 办理动态 */
const Notice = z.object({
  /** 动态编号: the same whenever it is told */
  eventNo: z.string().min(1),
  /** 状态: 10 受理, 11 不予受理, 20 补正, 21 补正收讫, 30 特别程序开始, 31 特别程序结束, 40 准予, 41 不予, 50 撤回 */
  state: z.enum(['10', '11', '20', '21', '30', '31', '40', '41', '50']),
  time: z.iso.datetime({ offset: true }),
  reason: z.string().nullable(),
  /** 补正内容 */
  points: z.array(z.object({ materialCode: z.string().nullable(), fieldCode: z.string().nullable(), content: z.string() })),
  /** 结果 */
  result: z
    .object({
      docNo: z.string().nullable(),
      docName: z.string(),
      validTo: z.iso.date().nullable(),
      /** 统一社会信用代码 of an enterprise that was established */
      uniscid: z.string().nullable(),
    })
    .nullable(),
});
export type Notice = z.infer<typeof Notice>;

/** 收件回执 */
export const AcceptReply = z.object({ acceptNo: z.string().min(1) });

/** 办理情况 */
export const StandingReply = z.object({ acceptNo: z.string().min(1), notices: z.array(Notice) });

/** 办理结果通知, as the registry calls back */
export const Callback = z.object({ outerNo: z.string(), acceptNo: z.string(), notice: Notice });

/** Headers of a call-back: time in milliseconds, and HMAC-SHA256 in base64 over time, line feed, SHA-256 of the body in hex. */
export const TIME_HEADER = 'x-mr-time';
export const CODE_HEADER = 'x-mr-code';
