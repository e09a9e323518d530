import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCatalogue } from './load.ts';

/** The files of a catalogue by name; text is written as it is, all else as JSON. */
export type Files = Record<string, unknown>;

/** A folder that removes itself. */
export interface Folder extends Disposable {
  readonly path: string;
}

export function folderOf(files: Files): Folder {
  const path = mkdtempSync(join(tmpdir(), 'yimen-catalogue-'));
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(path, name), typeof content === 'string' ? content : JSON.stringify(content));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

const CREDIT_CODE = '1132107100009000XY';
/** Code of the small catalogue's item with this number. */
export const codeOf = (n: number): string => `${CREDIT_CODE}4${baseCodeOf(n)}`;
const baseCodeOf = (n: number) => `00010100${n}000`;

const item = (n: number, slug: string, more: object = {}) => ({
  code: codeOf(n),
  baseCode: baseCodeOf(n),
  slug,
  nameZh: `示例事项${n}`,
  nameEn: `Sample item ${n}`,
  agency: 'parks',
  powerType: '行政许可',
  sector: 'market-entry',
  legalBasis: '《示例条例》',
  applicant: ['enterprise'],
  statutoryWorkingDays: 20,
  promisedWorkingDays: 5,
  materials: [{ materialId: 'plan', required: true, tolerable: false }],
  result: { type: 'approval', nameZh: '示例批复', nameEn: 'Sample approval' },
  supervisor: 'parks',
  remote: true,
  delegated: true,
  decidedBy: 'bureau',
  handledAt: 'hall',
  platform: 'portal',
  network: ['zone'],
  ...more,
});

const body = (id: string, kind: string, more: object = {}) => ({ id, nameZh: id, nameEn: id, level: 'district', kind, ...more });
const step = (n: number, slug: string, more: object = {}) => ({
  item: codeOf(n),
  slug,
  stage: '甲',
  stageEn: 'A',
  dependsOn: [],
  ...more,
});

/** A small catalogue in which everything fits; its fourth item is part of no theme. Made anew for every test that breaks a part of it. */
export function smallCatalogue() {
  return {
    'catalogue.json': { profile: { bureau: 'bureau' } },
    'agencies.json': [
      body('city', 'bureau'),
      body('bureau', 'bureau', { parent: 'city' }),
      body('parks', 'department', { deptCode: '01', opens: [{ days: [1, 2], from: '09:00', until: '12:00' }] }),
      body('hall', 'centre', { networkTier: 1, parent: 'bureau' }),
      body('portal', 'platform'),
    ],
    'materials.json': [
      { id: 'plan', nameZh: '方案', nameEn: 'Plan', form: 'both', issuer: 'applicant', reusable: true },
      {
        id: 'deed',
        nameZh: '权证',
        nameEn: 'Deed',
        form: 'both',
        issuer: 'parks',
        certificateType: 'deed',
        holder: 'applicant',
        reusable: true,
      },
    ],
    'items.json': [item(1, 'tree-felling'), item(2, 'tree-planting'), item(3, 'park-opening'), item(4, 'park-lighting')],
    'themes.json': [
      {
        id: 'new-park',
        nameZh: '建公园',
        nameEn: 'A new park',
        audience: 'enterprise',
        target: { workingDays: 10, milestone: codeOf(2) },
        questions: [
          { id: 'trees', textZh: '有树吗？', textEn: 'Are there trees?', type: 'boolean' },
          {
            id: 'size',
            textZh: '多大？',
            textEn: 'How large?',
            type: 'choice',
            choices: [
              { value: 'small', labelZh: '小', labelEn: 'Small' },
              { value: 'large', labelZh: '大', labelEn: 'Large' },
            ],
          },
        ],
        steps: [
          step(1, 'tree-felling', { when: { question: 'trees', equals: true } }),
          step(2, 'tree-planting', { stage: '乙', stageEn: 'B', dependsOn: [codeOf(1)] }),
          step(3, 'park-opening', { dependsOn: [codeOf(2)] }),
        ],
        mergedStages: [{ when: { question: 'size', equals: 'small' }, stages: ['甲', '乙'], nameZh: '甲乙', nameEn: 'A and B' }],
      },
    ],
    'fields.json': {
      sections: [{ id: 'site', nameZh: '场地', nameEn: 'Site' }],
      fields: [
        {
          id: 'site-kind',
          section: 'site',
          labelZh: '类型',
          labelEn: 'Kind',
          schema: { enum: ['wood', 'meadow'] },
          optionsZh: ['林', '草'],
          optionsEn: ['Wood', 'Meadow'],
        },
        { id: 'site-area', section: 'site', labelZh: '面积', labelEn: 'Area', schema: { type: 'number' } },
      ],
    },
    'forms.json': [
      { item: '*', required: ['site-area'] },
      { item: 'tree-felling', required: ['site-area'], optional: ['site-kind'] },
    ],
  };
}

/** One of the small catalogue's files, as a hall would write an entry of its own. */
export const sampleItem = item;
export const sampleBody = body;

/** Anything within a file: tests break what the types would forbid. */
// biome-ignore lint/suspicious/noExplicitAny: the entries are broken on purpose
export type Broken = Record<string, any>;

/** A way to break the small catalogue, and what is said of it. */
export type Breakage = readonly [kind: string, breaking: (files: Broken) => void, says: string];

/** What is said when the small catalogue is loaded after something was done to it, without the folder's path. */
export function complaint(breaking: (files: Broken) => void): string {
  const files: Files = smallCatalogue();
  breaking(files);
  using folder = folderOf(files);
  try {
    loadCatalogue(folder.path);
  } catch (error) {
    return (error as Error).message.replaceAll(join(folder.path, '/'), '').replaceAll(folder.path, 'the folder');
  }
  return 'nothing';
}

/** One fault is one line: what hangs on it is not told as well. */
export const ONE_PROBLEM = /^The catalogue has a problem:\n.+$/;
