import { resolve } from 'node:path';
import type { Command } from 'commander';
import { backupHall, restoreHall, type Saved } from '../keeping.ts';
import { hallLog } from '../log.ts';
import { readSettings, type Settings } from '../settings/index.ts';
import { holdsDatabase, openSource } from '../store/index.ts';
import { isHeld } from './evidence.ts';
import { callGateway } from './running.ts';

/** `yimen backup` and `yimen restore`: what must not be lost. */
export function addBackup(program: Command): void {
  program
    .command('backup <folder>')
    .description('save database, files and checkpoints to a new folder, as they are at one moment; gateways may run')
    .action(async (folder: string) => console.log(told('saved', await backup(resolve(folder)))));
  program
    .command('restore <folder>')
    .description('restore such a folder into an empty database, while no gateway runs')
    .action(async (folder: string) => console.log(told('restored', await restore(resolve(folder)))));
}

async function backup(folder: string): Promise<Saved> {
  const settings = readSettings(process.env, process.cwd());
  if (!settings.database && !holdsDatabase(settings.data))
    throw new Error(`there is no database in ${settings.data} yet; set YIMEN_DATA or DATABASE_URL to where the cases are`);
  // An embedded database belongs to the gateway that holds it: that one writes the backup.
  if (!settings.database && (await isHeld(settings)))
    return JSON.parse(await callGateway('/run/backup', { body: { folder }, isPatient: true })) as Saved;
  return direct(settings, folder);
}

async function direct(settings: Settings, folder: string): Promise<Saved> {
  const source = await openSource({ url: settings.database, folder: settings.data, log: log() });
  return backupHall(settings, source, folder).finally(() => source.close());
}

const restore = async (folder: string): Promise<Saved> => restoreHall(readSettings(process.env, process.cwd()), folder, log());

const log = () => hallLog(process.stderr);

function told(what: string, { at, engine, tables, files, notHeld }: Saved): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const cases = tables.find(({ name }) => name === 'yimen.cases')?.rows ?? 0;
  const not = notHeld.map((each) => `  ${each}`).join('\n');
  return `${what}: ${cases} cases, ${rows} rows of ${tables.length} tables and ${files} files, as of ${at} (${engine})\nnot in a backup, to be kept elsewhere:\n${not}`;
}
