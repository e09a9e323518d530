import { FileRefused } from '../refusal.ts';
import { type FileType, TYPES } from '../types.ts';

const LONGEST = 200;
/** Separators, control characters, and marks that turn the direction of writing, by which `fdp.exe` reads as `exe.pdf`. */
const UNUSABLE = /[/\\\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;
/** What some desktop would run if it stood last, or a server before it. */
const RUNNABLE = new Set(
  'exe com bat cmd scr pif msi jar js jse vbs vbe wsf hta ps1 sh lnk reg dll app apk php phtml jsp jspx asp aspx cgi htm html xhtml svg xml'.split(
    ' ',
  ),
);

/** A name as it is kept, for people only: it never names anything on a disk. Throws `FILE_NAME_REFUSED`. */
export function cleanName(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const clean = name.normalize('NFC').trim();
  const parts = clean.split('.');
  const isRunnable = parts.slice(1).some((part) => RUNNABLE.has(part.trim().toLowerCase()));
  if (clean === '' || clean.length > LONGEST || clean.startsWith('.') || UNUSABLE.test(name) || isRunnable)
    throw new FileRefused('FILE_NAME_REFUSED');
  return clean;
}

/** The extension a name shows must be one of its content's type. Throws `FILE_NAME_REFUSED`. */
export function mustFit(name: string | undefined, type: FileType): void {
  const extension = name?.includes('.') ? name.slice(name.lastIndexOf('.') + 1).toLowerCase() : undefined;
  const known: readonly string[] = TYPES[type];
  if (extension !== undefined && !known.includes(extension)) throw new FileRefused('FILE_NAME_REFUSED');
}
