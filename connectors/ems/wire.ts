import { z } from 'zod';

/** 下单回执: 运单号 */
export const OrderReply = z.object({ waybillNo: z.string().min(1) });

/** One step of a parcel. 轨迹 */
const Trace = z.object({
  /** 轨迹编号: the same whenever it is told */
  traceNo: z.string().min(1),
  /** 操作代码: 203 收寄, 391 运输中, 704 投递签收, 708 退回 */
  opCode: z.enum(['203', '391', '704', '708']),
  /** 操作时间 */
  opTime: z.iso.datetime({ offset: true }),
  /** 签收人, or why it came back */
  opDesc: z.string().nullable(),
});
export type Trace = z.infer<typeof Trace>;

/** 轨迹查询 */
export const TracesReply = z.object({ waybillNo: z.string().min(1), traces: z.array(Trace) });

/** 轨迹推送 */
export const Push = z.object({ logisticsOrderNo: z.string(), waybillNo: z.string(), trace: Trace });
