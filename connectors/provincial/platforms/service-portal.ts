/** Provincial service portal 江苏政务服务网. */
import { z } from 'zod';
import type { PermitShape } from '../../../schema/generated/connector-fields.ts';
import type { CertificateStatus } from '../../../schema/generated/types.ts';
import { coded, day } from '../../../src/connect/index.ts';
import { department, standing } from '../codes.ts';
import type { Platform } from './platform.ts';

export const PermitsRow = z.object({
  /** 行政相对人代码 */
  xzxdrdm: z.string(),
  /** 行政许可列表 */
  xzxklb: z.array(
    z.object({
      /** 许可证号 */
      xkzh: z.string(),
      /** 事项编码 */
      sxbm: z.string(),
      /** 许可名称 */
      xkmc: z.string(),
      /** 许可英文名称 */
      xkywmc: z.string().nullable(),
      /** 许可机关（部门代码） */
      xkjgdm: z.string(),
      /** 许可决定日期 yyyy-MM-dd */
      xkjdrq: z.string(),
      /** 有效期至 yyyy-MM-dd, or 长期 */
      yxqz: z.string(),
      /** 当前状态: YX 有效, GQ 过期, ZX 注销, DX 吊销 */
      dqzt: z.string(),
    }),
  ),
});
export type PermitsRow = z.infer<typeof PermitsRow>;

const STATUSES: Readonly<Record<string, CertificateStatus>> = { YX: 'VALID', GQ: 'EXPIRED', ZX: 'CANCELLED', DX: 'REVOKED' };

const LONG_TERM = '长期';

function toPermit(row: PermitsRow['xzxklb'][number], today: string): PermitShape {
  const validTo = row.yxqz === LONG_TERM ? null : day(row.yxqz);
  return {
    number: row.xkzh,
    item: row.sxbm,
    nameZh: row.xkmc,
    nameEn: row.xkywmc,
    issuer: department(row.xkjgdm),
    issuedOn: day(row.xkjdrq),
    validTo,
    status: standing(coded(STATUSES, row.dqzt, 'permit status'), validTo, today),
  };
}

export const servicePortal: Platform = ({ exchange, today }) => ({
  Enterprise: {
    permits: exchange.platform('js-service-portal').lookup({
      fresh: '10m',
      stale: '24h',
      service: 'queryPermits',
      request: (usccs) => ({ xzxdrdm: usccs }),
      row: PermitsRow,
      key: (row) => row.xzxdrdm,
      map: (row) => ({ items: row.xzxklb.map((it) => toPermit(it, today())) }),
    }),
  },
});
