/**
 * The temporary files of a run, in a folder that goes with it: embedded databases by the hundred, of hundreds of files each. In
 * memory where there is room, unless `TMPDIR` says where: on a disk, to make these files is half of what starting a hall costs.
 */
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** Far more than has been seen to lie there at once. */
const ROOM_BYTES = 3 * 1024 ** 3;
const NAME = /^yimen-tests-(\d+)-/;

export default function temporary(): () => void {
  const disk = tmpdir();
  const around = process.env['TMPDIR'] ?? (hasRoom(MEMORY) ? MEMORY : disk);
  for (const name of readdirSync(around)) if (isLeft(name)) rmSync(join(around, name), { recursive: true, force: true });
  const folder = mkdtempSync(join(around, `yimen-tests-${process.pid}-`));
  // Servers of the tests' own may run as somebody else.
  chmodSync(folder, 0o711);
  Object.assign(process.env, { TMPDIR: folder, TEST_DISK: process.env['TEST_DISK'] ?? disk });
  return () => rmSync(folder, { recursive: true, force: true });
}

/** Where temporary files lie that are too many for memory. */
export const onDisk = (): string => process.env['TEST_DISK'] ?? tmpdir();

function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize > ROOM_BYTES;
}

/** Of a run that was killed. */
function isLeft(name: string): boolean {
  const pid = Number(NAME.exec(name)?.[1]);
  if (!pid) return false;
  try {
    return !process.kill(pid, 0);
  } catch {
    return true;
  }
}
