import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../secret.ts';
import type { ExchangeMessage, ExchangeSigner } from '../transport/exchange/options.ts';

/**
 * HMAC-SM3 in a column of an exchange database. String to sign: `request` or `reply`, correlation id, and the SM3 of the
 * payload's bytes in hex, one per line: no reply stands in for another one. Hex in lower case.
 */
export function columnMac({ secret }: { readonly secret: Secret }): ExchangeSigner {
  const sign = ({ direction, id, payload }: ExchangeMessage): string => {
    const digest = createHash('sm3').update(payload).digest('hex');
    return createHmac('sm3', secret.reveal()).update(`${direction}\n${id}\n${digest}`).digest('hex');
  };
  return {
    sign,
    isRight(message, signature) {
      const expected = Buffer.from(sign(message));
      const given = Buffer.from(signature);
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
