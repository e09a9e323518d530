import { FileRefused } from '../refusal.ts';
import type { Received } from '../types.ts';

const END_WITHIN = 1_024;
const OVERLAP = 64;

/** A PDF name may write any of its characters as `#` and two hexadecimal digits (ISO 32000-1, 7.3.5). */
const nameOf = (name: string): string =>
  `/${[...name].map((letter) => `(?:${letter}|#${letter.charCodeAt(0).toString(16)})`).join('')}(?![A-Za-z0-9])`;
const ACTIVE = new RegExp(['JavaScript', 'Launch', 'RichMedia'].map(nameOf).join('|'), 'i');

/**
 * Refuses what runs when it is opened: scripts, launch actions, embedded players. It looks at what stands in the file as it
 * is: what lies packed within object streams, or encrypted, is not seen; for that a hall has a scanner.
 */
export async function checkPdf(file: Received): Promise<void> {
  const end = await file.slice(Math.max(0, file.size - END_WITHIN), END_WITHIN);
  if (!end.includes('%%EOF')) throw new FileRefused('FILE_BROKEN');
  if (await holds(file, ACTIVE)) throw new FileRefused('FILE_ACTIVE_CONTENT');
}

/** Whether some text stands anywhere in a file, over the borders of its chunks too. Matches may be 64 characters long. */
export async function holds(file: Received, text: RegExp): Promise<boolean> {
  let before = '';
  for await (const chunk of file.stream()) {
    const seen = before + chunk.toString('latin1');
    if (text.test(seen)) return true;
    before = seen.slice(-OVERLAP);
  }
  return false;
}
