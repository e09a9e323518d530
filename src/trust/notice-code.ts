import { createHmac, timingSafeEqual } from 'node:crypto';
import { bytesOfTyped, typedCode } from '../codes/index.ts';

/** Bytes of the seal: nobody guesses one in 2⁸⁰, and shorter codes are typed with fewer errors. */
const SEAL = 10;

/** Seals what a notice says into the code that is printed on it, so that it can be looked up without having been stored. */
export interface NoticeCodes {
  /** The code of these bytes, as it is printed. */
  seal(content: Uint8Array): string;
  /** What was sealed; undefined for whatever was not sealed with this key, without a reason. */
  open(code: string): Uint8Array | undefined;
}

/** Codes under a key of their own. Replicas of a hall share it; codes of another hall do not open. */
export function noticeCodes(key: Buffer): NoticeCodes {
  const sealOf = (content: Uint8Array) => createHmac('sha256', key).update(content).digest().subarray(0, SEAL);
  return {
    seal: (content) => typedCode(Buffer.concat([content, sealOf(content)])),
    open(code) {
      const bytes = bytesOfTyped(code);
      if (!bytes || bytes.length <= SEAL) return undefined;
      const content = bytes.subarray(0, -SEAL);
      return timingSafeEqual(bytes.subarray(-SEAL), sealOf(content)) ? content : undefined;
    },
  };
}
