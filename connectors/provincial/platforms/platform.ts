import type { ServedFields } from '../../../src/connect/index.ts';
import type { Exchange } from '../exchange.ts';

export interface PlatformTools {
  readonly exchange: Exchange;
  /** Today in Beijing, `yyyy-MM-dd`. */
  today(): string;
}

/** A platform: the sections it adds to what the connector serves. */
export type Platform = (tools: PlatformTools) => ServedFields;
