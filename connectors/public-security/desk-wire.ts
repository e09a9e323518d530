import { z } from 'zod';

/** Something that happened to an application. 办理进展 */
const Progress = z.object({
  /** 进展编号: the same whenever it is told */
  jzbh: z.string().min(1),
  /** 进展类型: SL 受理, BSL 不予受理, BZ 补正, BZS 补正收讫, ZT 中止, HF 恢复, BJ 办结, BY 不予许可, CH 撤回 */
  jzlx: z.enum(['SL', 'BSL', 'BZ', 'BZS', 'ZT', 'HF', 'BJ', 'BY', 'CH']),
  /** 时间 */
  sj: z.iso.datetime({ offset: true }),
  /** 说明 */
  sm: z.string().nullable(),
  /** 补正内容 */
  bznr: z.array(z.object({ cl: z.string().nullable(), bdx: z.string().nullable(), sm: z.string() })),
  /** 证照 */
  zz: z.object({ bh: z.string().nullable(), mc: z.string(), yxqz: z.iso.date().nullable() }).nullable(),
});
export type Progress = z.infer<typeof Progress>;

/** 收件回执 */
export const ReceiptReply = z.object({ slbh: z.string().min(1) });

/** 办理进展; `jg` 0: no such application */
export const ProgressReply = z.discriminatedUnion('jg', [
  z.object({ jg: z.literal('0') }),
  z.object({ jg: z.literal('1'), slbh: z.string().min(1), jzlb: z.array(Progress) }),
]);

export const DoneReply = z.object({ jg: z.literal('1') });

/** 进展通知, as public security calls back: sealed like its replies */
export const Notice = z.object({ ywlsh: z.string(), slbh: z.string(), jz: Progress });

/** Bodies travel sealed with SM4-CBC. */
export const Sealed = z.object({ iv: z.string().regex(/^[0-9a-f]{32}$/), data: z.base64() });
