import { createHmac } from 'node:crypto';
import { QUESTION_PREFIX } from './statements.ts';

const DIGEST_BYTES = 10;
const SLOT_MS = 60_000;
const COUNTED = 36 ** 3;
/** Lower case only: some databases take a and A for the same. */
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * Correlation ids of questions: `q-<digest>-<minute><count>`, at most 28 characters. The digest says which question it is,
 * so that an open one is found again in the database itself, after a restart and by another replica. Two replicas that
 * ask the same at the same moment make the same id, and the database takes it once. No id ever comes back.
 */
export class QuestionIds {
  readonly #key: string;

  /** `key`: what all replicas share. Ids are shown in lists and logs; without a key a digest would give its question away. */
  constructor(key: string) {
    this.#key = key;
  }

  /** How all ids of a question begin. */
  beginningOf(service: string, payload: string | Buffer): string {
    const digest = createHmac('sha256', this.#key).update(`${service}\0`).update(payload).digest().subarray(0, DIGEST_BYTES);
    return `${QUESTION_PREFIX}${base32(digest)}-`;
  }

  /** The id of the next request, after the newest one there is. */
  next(beginning: string, latest: string | undefined, now: number): string {
    const slot = beginning + Math.floor(now / SLOT_MS).toString(36);
    const count = latest?.startsWith(slot) ? Number.parseInt(latest.slice(slot.length), 36) + 1 : 0;
    return slot + (count % COUNTED).toString(36).padStart(3, '0');
  }
}

function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map((five) => BASE32[Number.parseInt(five, 2)]).join('');
}
