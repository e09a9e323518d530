import { z } from 'zod';

/** Services of the desk: 申报, 进度查询, 补正, 撤回 */
export const SERVICES = { submit: 'SXSB01', progress: 'SXCX01', supplement: 'SXBZ01', withdraw: 'SXCH01' } as const;

/** Something that happened to an application. 办理节点 */
const Node = z.object({
  /** 节点号: the same whenever it is asked for */
  jdh: z.string().min(1),
  /** 节点类型: SL 受理, BY 不予受理, BZ 补正, BQ 补齐, TX 特别程序, TJ 特别程序结束, TG 通过, BT 不通过, CH 撤回 */
  jdlx: z.enum(['SL', 'BY', 'BZ', 'BQ', 'TX', 'TJ', 'TG', 'BT', 'CH']),
  sj: z.iso.datetime({ offset: true }),
  yj: z.string().nullable(),
  bzlb: z.array(z.object({ cl: z.string().nullable(), bdx: z.string().nullable(), yq: z.string() })),
  wh: z.string().nullable(),
  wjmc: z.string().nullable(),
});
export type Node = z.infer<typeof Node>;

/** 收件回执; also the answer to a supplement and a withdrawal */
export const ReceiptReply = z.object({ slh: z.string().min(1) });

/** 办理进度 */
export const ProgressReply = z.object({ slh: z.string().min(1), jdlb: z.array(Node) });
