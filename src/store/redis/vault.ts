import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { derivedKey } from '../key.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const MAC_BYTES = 16;
const MOST_NAMES = 5_000;

/** Names and seals what goes to places that others can read, so that nobody there learns who was asked about. */
export class Vault {
  readonly #naming: Buffer;
  readonly #sealing: Buffer;
  /** Names that were asked for lately: the same subject is named in every request about it. */
  readonly #names = new LRUCache<string, string>({ max: MOST_NAMES });

  constructor(key: Buffer) {
    if (key.length !== KEY_BYTES) throw new TypeError(`the key must be ${KEY_BYTES} bytes, got ${key.length}`);
    this.#naming = derivedKey(key, 'names');
    this.#sealing = derivedKey(key, 'values');
  }

  /** The keyed HMAC that stands for a text; kinds keep equal texts apart. */
  name(kind: string, text: string): string {
    const whole = `${kind}\0${text}`;
    const known = this.#names.get(whole);
    if (known !== undefined) return known;
    const name = this.#named(whole);
    this.#names.set(whole, name);
    return name;
  }

  /** The same for a text that is not named again soon, and would push out those that are. */
  rareName(kind: string, text: string): string {
    return this.#named(`${kind}\0${text}`);
  }

  #named(whole: string): string {
    return createHmac('sha256', this.#naming).update(whole).digest('base64url');
  }

  /** AES-256-GCM: nonce, ciphertext, tag. Opens under the same name only, so values cannot be swapped. */
  seal(name: string, value: Buffer | string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#keyOf(name), nonce).setAAD(Buffer.from(name));
    return Buffer.concat([nonce, cipher.update(Buffer.from(value)), cipher.final(), cipher.getAuthTag()]);
  }

  /** The value, or undefined when it is garbage, another key's or another name's. */
  open(name: string, sealed: Buffer): Buffer | undefined {
    if (sealed.length < NONCE_BYTES + MAC_BYTES) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#keyOf(name), sealed.subarray(0, NONCE_BYTES), { authTagLength: MAC_BYTES });
    decipher.setAAD(Buffer.from(name)).setAuthTag(sealed.subarray(-MAC_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -MAC_BYTES)), decipher.final()]);
    } catch {
      return undefined;
    }
  }

  // Random nonces are safe for 2^32 values of one key, which a busy hall writes in weeks; a key for each name never gets there.
  #keyOf(name: string): Buffer {
    return createHmac('sha256', this.#sealing).update(name).digest();
  }
}
