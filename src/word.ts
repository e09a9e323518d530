/** The word that a running gateway leaves: for the CLI in a file, for whoever started it on the terminal. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Yimen } from './app.ts';
import { unbuiltConnectors } from './connectors.ts';
import type { Settings } from './settings/index.ts';

/** Where a running gateway leaves word for the CLI. */
export const runFile = (settings: Settings): string => resolve(settings.data, 'run.json');

export function writeRunFile(settings: Settings, { url, runSecret }: Pick<Yimen, 'url' | 'runSecret'>): void {
  mkdirSync(settings.data, { recursive: true });
  const { sandbox, profile } = settings;
  const content = { pid: process.pid, url, secret: runSecret, profile, ...(sandbox && { sandbox }) };
  writeFileSync(runFile(settings), `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
}

export const removeRunFile = (settings: Settings): void => rmSync(runFile(settings), { force: true });

/** What whoever started a gateway should know of it, a line each. */
export const notesOn = ({ unserved }: Pick<Yimen, 'unserved'>): readonly string[] => [
  ...unbuiltConnectors().map((id) => `from sources: the connector ${id} (it was changed after the last npm run build)`),
  ...unserved.map((section) => `not connected: ${section} (answers AGENCY_NOT_CONNECTED)`),
];

export interface Word {
  readonly url: string;
  readonly notes: readonly string[];
  readonly workers?: number;
  readonly tookMs: number;
}

export function announce({ profile, sandbox }: Settings, { url, notes, workers, tookMs }: Word): void {
  const lines = [
    `Yimen 一门 (${profile})`,
    `  GraphQL   ${url}/graphql`,
    ...(profile === 'sandbox'
      ? [`  explorer  ${url}/`, `  sandbox   ${sandbox}  (data are fictional 数据均为虚构)`, '  token     npx yimen token --role clerk']
      : []),
    ...(workers ? [`  workers   ${workers}`] : []),
    ...notes.map((note) => `  ${note}`),
    `ready in ${(tookMs / 1_000).toFixed(1)} s`,
  ];
  console.log(lines.join('\n'));
}
