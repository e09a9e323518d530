import type { Driver } from '../database/driver.ts';
import { openEmbedded } from '../database/embedded.ts';
import { openPostgres } from '../database/postgres.ts';
import { type Source, snapshotOf } from './write.ts';

/** Opens a database as it is, to read: nothing in it is laid out or brought to another shape. */
export async function openSource(options: {
  readonly url: string | undefined;
  readonly folder: string;
  readonly log: { warn(fields: object, message: string): void };
}): Promise<Source & { close(): Promise<void> }> {
  const { url, folder, log } = options;
  const driver: Driver = url ? openPostgres({ url, log, name: 'yimen backup', connections: 2 }) : await openEmbedded(folder);
  return { engine: driver.engine, snapshot: snapshotOf(driver), close: () => driver.close() };
}
