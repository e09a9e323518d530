import { FileRefused } from '../refusal.ts';
import type { FileType, Received } from '../types.ts';
import { checkArchive } from './archive.ts';
import { checkJpeg, checkPng } from './image.ts';
import { checkPdf } from './pdf.ts';

const MARKS: readonly (readonly [Buffer, FileType])[] = [
  [Buffer.from('%PDF-'), 'application/pdf'],
  [Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), 'image/png'],
  [Buffer.from([0xff, 0xd8, 0xff]), 'image/jpeg'],
  [Buffer.from([0x50, 0x4b, 0x03, 0x04]), 'application/ofd'],
];

/**
 * The type by the first bytes. PDF readers search its mark in the first kilobyte; here it must stand first, so that nothing
 * is a page and a PDF at once. Throws `FILE_TYPE_REFUSED`.
 */
async function typeOf(file: Received): Promise<FileType> {
  const start = await file.slice(0, 16);
  const found = MARKS.find(([mark]) => start.subarray(0, mark.length).equals(mark));
  if (!found) throw new FileRefused('FILE_TYPE_REFUSED');
  return found[1];
}

const CHECKS: Readonly<Record<FileType, (file: Received) => Promise<void>>> = {
  'application/pdf': checkPdf,
  'image/png': checkPng,
  'image/jpeg': checkJpeg,
  'application/ofd': checkArchive,
};

/** Types that say nothing: what a browser sends for a file it does not know. */
const SILENT = new Set(['', 'application/octet-stream', 'binary/octet-stream']);

/** What the content is, once it has passed the checks of its type. Throws {@link FileRefused}. */
export async function judge(file: Received, declared: string | undefined): Promise<FileType> {
  const type = await typeOf(file);
  const said = (declared ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!SILENT.has(said) && said !== type) throw new FileRefused('FILE_TYPE_DIFFERS');
  await CHECKS[type](file);
  return type;
}
