import { z } from 'zod';

/** Every reply, once opened. `jg`: 1 found, 0 no such record. */
const reply = <T extends z.ZodType>(content: T) =>
  z.object({ jg: z.enum(['0', '1']), sjsj: z.iso.datetime({ offset: true }), sj: content.nullable() });

/** Seals of an enterprise. 印章备案信息 */
export const SealsReply = reply(
  z.object({
    yzlb: z.array(
      z.object({
        /** 印章编码 */
        yzbm: z.string(),
        /** 印章类型 */
        yzlx: z.string(),
        yzlxEn: z.string().nullable(),
        /** 备案日期 yyyyMMdd */
        barq: z.string(),
        /** 状态: 1 使用中, 2 已缴销 */
        zt: z.string(),
      }),
    ),
  }),
);

/** Identity. 人口基本信息 */
export const IdentityReply = reply(
  z.object({
    /** 姓名 */
    xm: z.string(),
    /** 姓名拼音 */
    xmpy: z.string().nullable(),
    /** 性别, GB/T 2261.1: 1 男, 2 女 */
    xb: z.string(),
    /** 出生日期 yyyyMMdd */
    csrq: z.string(),
    /** 居民身份证; null when none was issued yet */
    sfz: z.object({ qfrq: z.string(), yxqz: z.string().nullable(), zt: z.string() }).nullable(),
  }),
);

/** Household. 户籍信息 */
export const HouseholdReply = reply(
  z.object({
    /** 户号 */
    hh: z.string(),
    /** 与户主关系 */
    yhzgx: z.string(),
    /** 户籍所在镇街 */
    hjd: z.string(),
    /** 户籍地址 */
    hjdz: z.string(),
    /** 行政区划 */
    xzqh: z.string(),
    /** 户内成员 */
    hcy: z.array(z.object({ gmsfhm: z.string(), xm: z.string(), yhzgx: z.string() })),
  }),
);

export type Seals = NonNullable<z.infer<typeof SealsReply>['sj']>;
export type Identity = NonNullable<z.infer<typeof IdentityReply>['sj']>;
export type Household = NonNullable<z.infer<typeof HouseholdReply>['sj']>;
