import { z } from 'zod';

/** Account of an employer. 单位参保信息 */
export const EmployerReply = z.object({
  /** 单位编号 */
  aab001: z.string(),
  /** 参保登记日期 yyyy-MM-dd */
  aae030: z.string(),
  /** 参保状态: 1 正常, 2 暂停, 3 注销 */
  aab051: z.string(),
  /** 参保人数 */
  cbrs: z.number().int().nonnegative(),
  /** 医保参保人数 */
  ybcbrs: z.number().int().nonnegative(),
  /** 欠费金额, yuan with two decimals, as text */
  qfje: z.string().regex(/^\d+\.\d{2}$/),
  /** 最近缴费月份 yyyyMM */
  zjjfny: z.string().nullable(),
});
export type EmployerReply = z.infer<typeof EmployerReply>;

/** Insurance of a person. 个人参保信息 */
export const InsuredReply = z.object({
  /** 个人社会保障号 */
  aac002: z.string(),
  /** 养老保险 */
  yl: z.object({ xz: z.string(), zt: z.string(), ljys: z.number().int().nonnegative() }),
  /** 医疗保险 */
  yb: z.object({ xz: z.string(), zt: z.string() }),
  /** 生育保险: 1 参保, 0 未参保 */
  sy: z.enum(['0', '1']),
  /** 参保单位统一社会信用代码 */
  dwxydm: z.string().nullable(),
});
export type InsuredReply = z.infer<typeof InsuredReply>;
