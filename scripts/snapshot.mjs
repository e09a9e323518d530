/**
 * The schema as all front-ends see it, kept in `schema/snapshot/schema.graphql`: compares, or writes with `--update`.
 * Breaking changes are listed by themselves, so that recording one is a decision and not a reflex.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { buildSchema, lexicographicSortSchema } from 'graphql';

const root = resolve(import.meta.dirname, '..');
const file = join(root, 'schema', 'snapshot', 'schema.graphql');

const graphqlFiles = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => join(folder, name));

const folders = (parent) =>
  readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(parent, entry.name));

function currentText() {
  const files = [join(root, 'schema'), ...folders(join(root, 'connectors'))].flatMap(graphqlFiles);
  const schema = makeExecutableSchema({ typeDefs: files.map((name) => readFileSync(name, 'utf8')) });
  return `${printSchemaWithDirectives(lexicographicSortSchema(schema))}\n`;
}

const list = (changes) => changes.map((change) => `  ${change.path ?? ''}: ${change.message}`).join('\n');

async function compare(text) {
  if (!existsSync(file)) return 'There is no snapshot yet. Run: npm run snapshot -- --update';
  const recorded = readFileSync(file, 'utf8');
  if (recorded === text) return undefined;
  const changes = await diff(buildSchema(recorded), buildSchema(text));
  const breaking = changes.filter((change) => change.criticality.level === CriticalityLevel.Breaking);
  const harmless = changes.filter((change) => !breaking.includes(change));
  const parts = [];
  if (breaking.length > 0)
    parts.push(
      `${breaking.length} breaking: front-ends that use these will fail.\n${list(breaking)}`,
      'Keep the old field or value and mark it @deprecated. If it must go: note it in CHANGELOG.md, then record it with the snapshot.',
    );
  if (harmless.length > 0) parts.push(`${harmless.length} that break nobody.\n${list(harmless)}`);
  if (changes.length === 0) parts.push('Only descriptions or their layout differ.');
  return ['The schema differs from schema/snapshot/schema.graphql.', ...parts, 'To record: npm run snapshot -- --update'].join('\n');
}

const text = currentText();
if (process.argv.includes('--update')) {
  writeFileSync(file, text);
  console.log('schema/snapshot/schema.graphql written');
} else {
  const complaint = await compare(text);
  if (complaint) {
    console.error(complaint);
    process.exitCode = 1;
  }
}
