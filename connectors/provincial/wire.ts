/** The envelope of the provincial exchange (省数据共享交换平台): the same for every platform behind it. */
import { z } from 'zod';

/** Head of a request. 请求头。 */
export interface RequestHead {
  /** Key of the application, issued with the secret. 应用标识。 */
  readonly appKey: string;
  /** Platform asked, as in the path. 目标平台。 */
  readonly platform: string;
  /** Service of that platform, as in the path. 服务名。 */
  readonly service: string;
  /** Beijing time, `yyyy-MM-dd HH:mm:ss`. 请求时间。 */
  readonly time: string;
  /** Used once; a second request with it is refused. 请求流水号。 */
  readonly requestId: string;
}

/** `yyyy-MM-dd HH:mm:ss` in Beijing, without a zone. */
const BeijingTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/)
  .transform((text) => new Date(`${text.replace(' ', 'T')}+08:00`))
  .refine((time) => !Number.isNaN(time.getTime()));

/** A reply. Its HTTP status is 200 even when `code` is an error. 响应报文。 */
export const Reply = z.object({
  head: z.object({
    /** `200`, or five digits whose first three are like an HTTP status. 响应码。 */
    code: z.string().regex(/^\d{3}(\d{2})?$/),
    message: z.string(),
    /** As of when the platform's data stand; null in refusals. 数据时间。 */
    dataTime: BeijingTime.nullish(),
    /** Seconds to wait, with 42901 and 50301. 建议重试间隔（秒）。 */
    retryAfter: z.int().nonnegative().nullish(),
  }),
  body: z.unknown(),
});

export type Reply = z.infer<typeof Reply>;

/** Body of a reply to a batch question. 批量查询结果。 */
export const batchBody = <Row extends z.ZodType>(row: Row) =>
  z.object({
    /** One row per key that is known. 数据列表。 */
    dataList: z.array(row),
    /** Keys the platform does not know, said one by one. 未查询到的主体。 */
    notFound: z.array(z.string()),
  });
