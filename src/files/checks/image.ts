import { FileRefused } from '../refusal.ts';
import type { Received } from '../types.ts';

/** An A3 page at 600 dots per inch has 70 million. */
const MOST_PIXELS = 100_000_000;

function mustBeDrawable(width: number, height: number): void {
  if (width === 0 || height === 0) throw new FileRefused('FILE_BROKEN');
  if (width * height > MOST_PIXELS) throw new FileRefused('FILE_IMAGE_TOO_LARGE');
}

/** Width and height stand first (PNG, 11.2.1); the last chunk is IEND. */
export async function checkPng(file: Received): Promise<void> {
  const head = await file.slice(0, 24);
  if (head.length < 24 || head.toString('latin1', 12, 16) !== 'IHDR') throw new FileRefused('FILE_BROKEN');
  mustBeDrawable(head.readUInt32BE(16), head.readUInt32BE(20));
  if (!(await file.slice(file.size - 12, 12)).includes('IEND')) throw new FileRefused('FILE_BROKEN');
}

const MOST_SEGMENTS = 2_000;
/** Start of frame: any of SOF0 to SOF15 that is not a table (DHT, JPG, DAC). */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Goes from segment to segment until the frame that says how large it is (ITU T.81, annex B). */
export async function checkJpeg(file: Received): Promise<void> {
  let at = 2;
  for (let segments = 0; segments < MOST_SEGMENTS; segments++) {
    const head = await file.slice(at, 9);
    if (head.length < 9 || head.readUInt8(0) !== 0xff) break;
    const marker = head.readUInt8(1);
    if (isFrame(marker)) return mustBeDrawable(head.readUInt16BE(7), head.readUInt16BE(5));
    // A marker may be filled up with any number of 0xff.
    at += marker === 0xff ? 1 : 2 + head.readUInt16BE(2);
  }
  throw new FileRefused('FILE_BROKEN');
}
