import { hkdfSync } from 'node:crypto';

const BYTES = 32;

/** A key of its own for one use, from a hall's key: what is sealed for one use never opens for another. */
export const derivedKey = (key: Buffer, use: string): Buffer => Buffer.from(hkdfSync('sha256', key, '', `yimen ${use}`, BYTES));
