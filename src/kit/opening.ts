import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Connector, UnfitDocument } from '../connect/index.ts';
import type { SandboxSpec } from './sandbox.ts';
import { testLine } from './test-line.ts';

/**
 * Opens a connector with the settings of its sandbox and asks nothing: settings, sections and documents for agencies that
 * speak GraphQL are held against each other before a gateway starts. Gives a sentence with the place, or nothing.
 */
export async function openingFault(folder: string, connector: Connector, spec: SandboxSpec): Promise<string | undefined> {
  try {
    await using _line = await testLine(connector, spec);
    return undefined;
  } catch (cause) {
    const { message, cause: reason } = cause as Error;
    const place = reason instanceof UnfitDocument ? placeOf(reason, folder) : undefined;
    return `${place ?? folder}: ${message}`;
  }
}

/** File, line and column of what is wrong, where the document stands word for word in one of the connector's files. */
function placeOf({ document, at }: UnfitDocument, folder: string): string | undefined {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(?:[cm]?[jt]s|graphql|gql)$/.test(name)) continue;
    const file = resolve(folder, name);
    const text = readFileSync(file, 'utf8');
    const start = text.indexOf(document);
    if (start < 0) continue;
    const before = text.slice(0, start).split('\n');
    const column = at.line === 1 ? (before.at(-1) ?? '').length + at.column : at.column;
    return `${file}:${before.length + at.line - 1}:${column}`;
  }
  return undefined;
}
