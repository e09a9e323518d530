import { z } from 'zod';

/** 业务受理回执 */
export const ReceiptReply = z.object({ slh: z.string().min(1) });

/** Something that happened to an application. 业务动态 */
const Event = z.object({
  /** 动态序号: the same whenever it is asked for */
  dtxh: z.string().min(1),
  /** 业务状态: 1 受理, 2 不予受理, 3 待补正, 4 已补正, 5 中止, 6 恢复, 7 办结, 8 不予办理, 9 撤销 */
  ywzt: z.enum(['1', '2', '3', '4', '5', '6', '7', '8', '9']),
  /** 时间, seconds since 1970 */
  sj: z.int(),
  bz: z.string().nullable(),
  bzcl: z.array(z.object({ cldm: z.string().nullable(), zddm: z.string().nullable(), yq: z.string() })),
  jgwh: z.string().nullable(),
  jgmc: z.string().nullable(),
});
export type Event = z.infer<typeof Event>;

/** 业务办理情况 */
export const StandingReply = z.object({ slh: z.string().min(1), dtlb: z.array(Event) });

export const DoneReply = z.object({ slh: z.string() });
