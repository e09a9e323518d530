import { resolve } from 'node:path';
import type { Command } from 'commander';
import { catalogueFolder, openCatalogue } from '../app.ts';
import { readSettings } from '../settings/index.ts';

/** `yimen catalogue check`: says what is wrong in a hall's catalogue before a restart finds out. */
export function addCatalogue(program: Command): void {
  program
    .command('catalogue')
    .description('for those who keep the catalogue')
    .command('check [folder]')
    .description('load a catalogue folder, or the one that the settings name, and say what is wrong, or how much is in it')
    .action((folder?: string) => checkCatalogue(folder));
}

function checkCatalogue(folder: string | undefined): void {
  const own = folder ? resolve(folder) : catalogueFolder(readSettings(process.env, process.cwd()));
  const { agencies, items, materials, themes, formFields } = openCatalogue(own);
  const delegated = items.filter((item) => item.delegated).length;
  console.log(
    `${agencies.length} agencies, ${items.length} items (${delegated} delegated), ${materials.length} materials, ` +
      `${themes.length} themes, ${formFields.length} form fields: all fits together`,
  );
}
