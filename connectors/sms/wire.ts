import { z } from 'zod';

/** 发送回执 */
export const ReceiptReply = z.object({ msgId: z.string().min(1) });

/** One report. 状态报告 */
const Status = z.object({
  /** 报告编号: the same whenever it is told */
  reportId: z.string().min(1),
  /** DELIVRD 已送达, UNDELIV 未送达 */
  stat: z.enum(['DELIVRD', 'UNDELIV']),
  /** 时间, milliseconds since 1970 */
  time: z.int(),
  /** 说明 */
  desc: z.string().nullable(),
});
export type Status = z.infer<typeof Status>;

/** 查询回复 */
export const StatusReply = z.object({ msgId: z.string().min(1), reports: z.array(Status) });

/** 状态报告推送 */
export const Push = z.object({ clientMsgId: z.string(), report: Status });

/** Headers of a push: time in milliseconds, and HMAC-SHA256 in hex over time, a dot and the body. */
export const TIME_HEADER = 'x-sms-time';
export const SIGN_HEADER = 'x-sms-sign';
