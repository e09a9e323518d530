import { z } from 'zod';

const amount = z.string().regex(/^-?\d+\.\d{2}$/);

/** One taxpayer. 纳税人信息 */
export const Taxpayer = z.object({
  /** 纳税人识别号 */
  nsrsbh: z.string(),
  /** 纳税人名称 */
  nsrmc: z.string(),
  /** 纳税人类型代码: 01 一般纳税人, 02 小规模纳税人 */
  nsrlxDm: z.string(),
  /** 纳税人状态代码: 03 正常, 05 非正常, 07 注销 */
  nsrztDm: z.string(),
  /** 信用等级 */
  xydj: z.enum(['A', 'B', 'M', 'C', 'D']),
  /** 评价年度 */
  pjnd: z.string().regex(/^\d{4}$/),
  /** 欠税金额, yuan */
  qsje: amount,
  /** 主管税务机关代码, 11 digits, may begin with 0 */
  zgswjDm: z.string().regex(/^\d{11}$/),
  /** 发票核定; left out when the taxpayer may hold none */
  fphd: z
    .object({
      /** 单张最高限额, yuan */
      dzzgxe: amount,
      /** 每月份数 */
      myfs: z.string().regex(/^\d+$/),
      /** 本月已用份数 */
      yyfs: z.string().regex(/^\d+$/),
    })
    .optional(),
});
export type Taxpayer = z.infer<typeof Taxpayer>;

/** An element that is there but empty arrives as an empty text. */
export const listOf = <T extends z.ZodType>(name: string, item: T) =>
  z.union([
    z.literal('').transform((): z.infer<T>[] => []),
    z.object({ [name]: z.array(item) }).transform((it) => it[name] as z.infer<T>[]),
  ]);

export const TaxpayersReply = z.object({
  /** 数据时间 */
  sjsj: z.iso.datetime({ offset: true }),
  /** 纳税人列表; each row is held against Taxpayer on its own, so that one wrong row costs one taxpayer */
  nsrlb: listOf('nsr', z.looseObject({ nsrsbh: z.string() })),
  /** 未登记的识别号 */
  wdj: listOf('wdjhm', z.string()),
});
