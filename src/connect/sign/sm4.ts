import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { decodeText } from '../codec/charset.ts';
import { DecodeError } from '../codec/decode-error.ts';
import { decodeJson } from '../codec/json.ts';
import type { Secret } from '../secret.ts';
import type { Signer } from '../transport/wire.ts';

/** Encrypts with SM4-CBC and PKCS#7 padding (GB/T 32907). Key and iv are 16 bytes. */
export function sm4Encrypt(plain: Buffer, key: Buffer, iv: Buffer): Buffer {
  const cipher = createCipheriv('sm4-cbc', key, iv);
  return Buffer.concat([cipher.update(plain), cipher.final()]);
}

/** The inverse of {@link sm4Encrypt}. Throws when the padding is wrong. */
export function sm4Decrypt(sealed: Buffer, key: Buffer, iv: Buffer): Buffer {
  const decipher = createDecipheriv('sm4-cbc', key, iv);
  return Buffer.concat([decipher.update(sealed), decipher.final()]);
}

const Sealed = z.object({ iv: z.string().regex(/^[0-9a-f]{32}$/), data: z.base64() });

/** Seals the body of both directions: `{"iv": hex, "data": base64 of SM4-CBC}`. `key` is 32 hex characters. */
export function sm4Body({ key }: { readonly key: Secret }): Signer {
  return {
    sign(request) {
      const iv = randomBytes(16);
      const data = sm4Encrypt(request.body ?? Buffer.alloc(0), Buffer.from(key.reveal(), 'hex'), iv);
      const body = Buffer.from(JSON.stringify({ iv: iv.toString('hex'), data: data.toString('base64') }));
      return { ...request, body };
    },
    open(response) {
      const { iv, data } = Sealed.parse(decodeJson(decodeText(response.body, 'utf-8')));
      try {
        const body = sm4Decrypt(Buffer.from(data, 'base64'), Buffer.from(key.reveal(), 'hex'), Buffer.from(iv, 'hex'));
        return { ...response, body };
      } catch {
        throw new DecodeError('the reply cannot be decrypted');
      }
    },
  };
}
