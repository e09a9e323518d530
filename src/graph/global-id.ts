import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

/** Types that have global ids. */
export type NodeType = (typeof TYPES)[number];
const TYPES = ['Enterprise', 'Person', 'Agency', 'ServiceItem', 'Theme'] as const;

const NONCE = 12;
const TAG = 16;

/** Global ids: encrypted, so that a person's id reveals nothing; the same object always has the same id. */
export interface GlobalIds {
  seal(type: NodeType, key: string): string;
  /** The object an id names, or undefined when it was not made with this key. */
  open(id: string): { readonly type: NodeType; readonly key: string } | undefined;
}

/** Global ids under a 32-byte key. Replicas must share it. */
export function globalIds(key: Buffer): GlobalIds {
  const nonceKey = createHmac('sha256', key).update('yimen global id nonce').digest();
  return {
    seal(type, subject) {
      const text = `${type}:${subject}`;
      // The nonce is a keyed digest of the text: equal texts give equal ids, different texts different nonces.
      const nonce = createHmac('sha256', nonceKey).update(text).digest().subarray(0, NONCE);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
    },
    open(id) {
      const text = decrypt(id, key);
      const type = TYPES.find((it) => text?.startsWith(`${it}:`));
      return text && type ? { type, key: text.slice(type.length + 1) } : undefined;
    },
  };
}

function decrypt(id: string, key: Buffer): string | undefined {
  const bytes = Buffer.from(id, 'base64url');
  if (bytes.length <= NONCE + TAG) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE));
    decipher.setAuthTag(bytes.subarray(-TAG));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
