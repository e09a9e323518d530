import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../src/catalogue/index.ts';
import { type Files, folderOf, sampleBody, smallCatalogue } from '../src/catalogue/testing.ts';
import { startHall } from './harness.ts';

const shipped = loadCatalogue('catalogue');

describe('a hall with a catalogue folder of its own', () => {
  const ITEM = shipped.item('tobacco-retail');
  const TEA_HOUSE = {
    ...ITEM,
    code: '1132107100009000XY4321031901000',
    baseCode: '321031901000',
    slug: 'tea-house',
    nameZh: '茶馆备案',
    nameEn: 'Tea houses',
    aliases: ['开茶馆'],
  };

  it('answers from both: what it added, what it changed, and what it left as it is', async () => {
    using own = folderOf({
      'catalogue.json': { extends: true },
      'agencies.json': [{ ...sampleBody('hall-tea', 'centre'), nameZh: '茶叶大厅', networkTier: 1, address: '虚构路1号' }],
      'items.json': [
        { ...TEA_HOUSE, handledAt: 'hall-tea' },
        { ...ITEM, promisedWorkingDays: 2 },
      ],
    });
    await using hall = await startHall({ catalogue: own.path });
    const { data, errors } = await hall.ask(`{
      serviceItems(filter: { text: "开茶管" }, first: 3) { nodes { slug counters { hall { nameZh address } tier handles } } }
      changed: serviceItem(code: "tobacco-retail") { promisedLimit themes { code } }
      same: serviceItem(code: "company-establish") { promisedLimit }
      all: serviceItems { totalCount }
    }`);
    expect(errors).toBeUndefined();
    expect(data.serviceItems.nodes[0]).toEqual({
      slug: 'tea-house',
      counters: [{ hall: { nameZh: '茶叶大厅', address: '虚构路1号' }, tier: 'ZONE', handles: true }],
    });
    expect(data).toMatchObject({
      changed: { promisedLimit: 2, themes: [{ code: 'open-restaurant' }] },
      same: { promisedLimit: 1 },
      all: { totalCount: 227 },
    });
  });

  it('does not start when it takes out what is still needed, and is told both places', async () => {
    using own = folderOf({ 'catalogue.json': { extends: true }, 'agencies.json': [{ id: 'hall-police', removed: true }] });
    await expect(startHall({ catalogue: own.path })).rejects.toThrow(
      /catalogue\/items\.json: item "seal-filing": handledAt: the agency "hall-police" is removed by .*agencies\.json \(agency "hall-police"\)/,
    );
  });

  it('is told at start what is wrong, in words, with file, entry and key', { timeout: 60_000 }, async () => {
    const files: Files = { ...smallCatalogue(), 'materials.json': [] };
    using own = folderOf(files);
    using settings = folderOf({ 'yimen.config.json': { catalogue: own.path } });
    const env = { ...process.env, YIMEN_PROFILE: 'production', PORT: '0', YIMEN_DATA: mkdtempSync(join(tmpdir(), 'yimen-')) };
    const start = promisify(execFile)(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
      env: { ...env, YIMEN_CONFIG: join(settings.path, 'yimen.config.json') },
    });
    const file = join(own.path, 'items.json');
    await expect(start).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: `Yimen 一门 could not start.\nThe catalogue has 4 problems:\n${[
        'tree-felling',
        'tree-planting',
        'park-opening',
        'park-lighting',
      ]
        .map(
          (slug) =>
            `  ${file}: item "${slug}": materials[0].materialId: there is no material "plan": add it to materials.json or name another\n`,
        )
        .join('')}`,
    });
  });
});
