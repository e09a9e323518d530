import { timingSafeEqual } from 'node:crypto';
import { CallbackRefused } from '../desk.ts';

const WINDOW_MS = 5 * 60_000;

/** Refuses a call-back whose time (milliseconds since 1970, as digits) is none, or more than five minutes from ours. */
export function mustBeTimely(time: string | undefined, now: number): void {
  if (!time || !/^\d{1,15}$/.test(time) || Math.abs(now - Number(time)) > WINDOW_MS)
    throw new CallbackRefused('the time of the call-back is missing, old or ahead');
}

/** Refuses a call-back whose code is not the expected one; how long it takes says nothing about where they differ. */
export function mustBeCoded(given: string | undefined, expected: Buffer, encoding: 'hex' | 'base64' = 'hex'): void {
  const code = Buffer.from(given ?? '', encoding);
  if (code.length !== expected.length || !timingSafeEqual(code, expected)) throw new CallbackRefused('the code of the call-back is wrong');
}
