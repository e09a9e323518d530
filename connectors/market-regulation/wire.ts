import { z } from 'zod';

/** A person or an enterprise that holds a share. 股东 */
const Investor = z.object({
  /** 股东名称 */
  invName: z.string(),
  /** 股东类型: 1 自然人, 2 法人 */
  invType: z.enum(['1', '2']),
  /** 证件号码: identity number or credit code, by type */
  certNo: z.string(),
  /** 出资比例, percent */
  subConProp: z.number(),
});

/** One registration. 市场主体登记信息 */
export const Registration = z.object({
  /** 统一社会信用代码 */
  uniscid: z.string(),
  /** 企业名称 */
  entName: z.string(),
  /** 企业英文名称 */
  entNameEn: z.string().nullable(),
  /** 登记状态: 1 存续, 2 经营异常, 3 吊销, 4 注销 */
  regState: z.string(),
  /** 企业类型 */
  entType: z.string(),
  /** 法定代表人 */
  leRep: z.object({ name: z.string(), cerNo: z.string() }).nullable(),
  /** 注册资本, 万元 with up to six decimals, as text */
  regCap: z.string().regex(/^\d+(\.\d{1,6})?$/),
  /** 币种, ISO 4217 numeric: 156 is CNY */
  regCapCur: z.string(),
  /** 成立日期 yyyyMMdd */
  estDate: z.string(),
  /** 住所 */
  dom: z.string(),
  /** 行业代码 GB/T 4754 */
  industryCo: z.string(),
  industryName: z.string(),
  /** 经营范围 */
  opScope: z.string(),
  /** 登记机关 */
  regOrg: z.string(),
  /** 营业执照 */
  licence: z.object({ no: z.string(), issued: z.string(), validTo: z.string().nullable(), state: z.string() }),
  /** 最近年报年度 */
  ancheYear: z.number().int().nullable(),
  investors: z.array(Investor),
  /** 经营异常名录 */
  abnormal: z.object({ inDate: z.string(), inReason: z.string(), inReasonEn: z.string().nullable() }).nullable(),
  /** 吊销日期 yyyyMMdd */
  revDate: z.string().nullable(),
  /** 注销日期 yyyyMMdd */
  canDate: z.string().nullable(),
});
export type Registration = z.infer<typeof Registration>;

export const RegistrationsReply = z.object({
  /** As of when the registry's copy stands. */
  dataTime: z.iso.datetime({ offset: true }),
  /** Each row is held against Registration on its own, so that one wrong row costs one enterprise. */
  items: z.array(z.looseObject({ uniscid: z.string() })),
  /** Codes the registry does not know. */
  unknown: z.array(z.string()),
});

/** What a person is in enterprises. 个人任职与投资 */
export const Holder = z.object({
  cerNo: z.string(),
  positions: z.array(
    z.object({
      uniscid: z.string(),
      entName: z.string(),
      /** 是否法定代表人: Y or N */
      isLeRep: z.enum(['Y', 'N']),
      /** 出资比例, percent */
      subConProp: z.number().nullable(),
    }),
  ),
});
export type Holder = z.infer<typeof Holder>;

export const HoldersReply = z.object({
  dataTime: z.iso.datetime({ offset: true }),
  items: z.array(z.looseObject({ cerNo: z.string() })),
  unknown: z.array(z.string()),
});

export const SearchReply = z.object({
  dataTime: z.iso.datetime({ offset: true }),
  total: z.number().int().nonnegative(),
  /** Position of the first entry. */
  offset: z.number().int().nonnegative(),
  items: z.array(z.object({ uniscid: z.string(), entName: z.string(), regState: z.string() })),
});
export type SearchReply = z.infer<typeof SearchReply>;
