import { z } from 'zod';

/** Something that happened to an application. 办件动态 */
const Event = z.object({
  /** 动态标识: the same whenever it is told */
  dtbs: z.string().min(1),
  /** 动态类型, the portal's own words */
  dtlx: z.enum(['受理', '不予受理', '补正', '补正收讫', '特别程序', '特别程序结束', '准予', '不予', '撤回']),
  /** 发生时间 */
  fssj: z.iso.datetime({ offset: true }),
  yy: z.string().nullable(),
  bzxm: z.array(z.object({ cldm: z.string().nullable(), zdm: z.string().nullable(), yq: z.string() })),
  jg: z.object({ wh: z.string().nullable(), mc: z.string(), yxqz: z.iso.date().nullable() }).nullable(),
});
export type Event = z.infer<typeof Event>;

/** 收件回执 */
export const ReceiptBody = z.object({ slh: z.string().min(1) });
/** 办件情况 */
export const StandingBody = z.object({ slh: z.string().min(1), dtlb: z.array(Event) });

/** 办件动态通知, as a platform calls back through the exchange */
export const Notice = z.object({
  head: z.object({ platform: z.string(), service: z.literal('notifyApplication'), requestId: z.string() }),
  body: z.object({ ywlsh: z.string(), slh: z.string(), dt: Event }),
});
