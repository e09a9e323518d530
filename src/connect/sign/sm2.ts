import { createHash, randomUUID } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';
import { DecodeError } from '../codec/decode-error.ts';
import type { Secret } from '../secret.ts';
import type { Signer, WireResponse } from '../transport/wire.ts';

/** The distinguishing id that GM/T 0009 names when the parties agree on no other. */
const DEFAULT_ID = '1234567812345678';

/** An SM2 signature over SM3 with Z (GM/T 0003.2), DER in hex. `node:crypto` signs plain ECDSA here, which SM2 verifiers reject. */
export function sm2Sign(message: Buffer | string, privateKeyHex: string): string {
  return sm2.doSignature(Uint8Array.from(Buffer.from(message)), privateKeyHex, { der: true, hash: true, userId: DEFAULT_ID });
}

/** Whether an SM2 signature (strict DER, hex in lower case) is right. Never throws on malformed signatures. */
export function sm2Verify(message: Buffer | string, derHex: string, publicKeyHex: string): boolean {
  if (!isStrictDer(derHex)) return false;
  try {
    return sm2.doVerifySignature(Uint8Array.from(Buffer.from(message)), derHex, publicKeyHex, {
      der: true,
      hash: true,
      userId: DEFAULT_ID,
    });
  } catch {
    return false;
  }
}

/** Two positive integers in their shortest form and nothing behind them; the library takes looser forms, so that one signature would have many spellings. */
function isStrictDer(hex: string): boolean {
  const [, length = '', integers = ''] = /^30([0-7][0-9a-f])((?:[0-9a-f]{2})+)$/.exec(hex) ?? [];
  const second = integerEnd(integers, 0);
  return integers.length === Number.parseInt(length, 16) * 2 && second > 0 && integerEnd(integers, second) === integers.length;
}

/** Where the DER integer at `start` ends, or -1 when it is none. */
function integerEnd(hex: string, start: number): number {
  const size = Number.parseInt(hex.slice(start + 2, start + 4), 16) * 2;
  const body = hex.slice(start + 4, start + 4 + size);
  const isInteger = hex.slice(start, start + 2) === '02' && size > 0 && body.length === size;
  return isInteger && /^(?:[0-7]|00[89a-f])/.test(body) && !/^00[0-7]/.test(body) ? start + 4 + size : -1;
}

export interface Sm2Options {
  readonly appId: string;
  /** Private key, 64 hex characters. */
  readonly privateKey: Secret;
  /** The agency's public key, 130 hex characters beginning with 04; its replies are checked with it. */
  readonly agencyKey: string;
}

/**
 * SM2 signatures both ways. String to sign of a request: application id, time (milliseconds), nonce, method, path, and
 * the SM3 of the body in hex, one per line; of a reply: time, nonce of the request, SM3 of the body. Headers `x-app-id`,
 * `x-timestamp`, `x-nonce`, `x-signature`; a reply carries `x-timestamp` and `x-signature`.
 */
export function sm2Signature({ appId, privateKey, agencyKey }: Sm2Options): Signer {
  return {
    sign(request, { clock, call }) {
      const time = String(clock.now());
      const nonce = randomUUID();
      const text = [appId, time, nonce, request.method, request.url.pathname, sm3(request.body ?? '')].join('\n');
      call.onStep?.('string to sign', text);
      const signature = sm2Sign(text, privateKey.reveal());
      const signed = { 'x-app-id': appId, 'x-timestamp': time, 'x-nonce': nonce, 'x-signature': signature };
      return { ...request, headers: { ...request.headers, ...signed } };
    },
    open(response, request) {
      if (!isSigned(response, request.headers['x-nonce'] ?? '', agencyKey)) throw new DecodeError("the reply's SM2 signature is wrong");
      return response;
    },
  };
}

/** A reply is signed over the nonce of its own request, so that an old reply cannot stand in for a new one. */
function isSigned(response: WireResponse, nonce: string, agencyKey: string): boolean {
  const { 'x-timestamp': time = '', 'x-signature': signature = '' } = response.headers;
  return sm2Verify([time, nonce, sm3(response.body)].join('\n'), signature, agencyKey);
}

const sm3 = (data: Buffer | string): string => createHash('sm3').update(data).digest('hex');
