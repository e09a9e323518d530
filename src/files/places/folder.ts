import { createReadStream } from 'node:fs';
import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Area, Place } from './place.ts';

/** Contents in a folder, which several gateways may share. The spool must lie on the same file system. */
export function folderPlace(folder: string): Place {
  // Two digits of the name make a folder: no file system likes a million entries in one.
  const pathOf = (name: string, area: Area) => resolve(folder, area, name.slice(0, 2), name);
  return {
    async keep({ path }, name, area) {
      const target = pathOf(name, area);
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await rename(path, target);
      await flushed(dirname(target));
    },
    read: (name, area) => createReadStream(pathOf(name, area)),
    has: (name, area) =>
      access(pathOf(name, area)).then(
        () => true,
        () => false,
      ),
    remove: (name, area) => rm(pathOf(name, area), { force: true }),
    close: async () => {},
  };
}

/** A name is on the disk only when its folder is. */
async function flushed(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
