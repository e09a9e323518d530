import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { buildASTSchema, concatAST, extendSchema, isInputObjectType, isObjectType, parse } from 'graphql';
import { ContractError } from './contract.ts';
import { clean } from './text.ts';

/** The names a schema holds already. */
export interface Taken {
  readonly types: readonly string[];
  readonly fields: readonly string[];
}

/** Reads what the project's schema holds, its connectors' parts included, without the connector that is being made. */
export function takenNames(root: string, folder: string, extended: string | undefined): Taken {
  const folders = [resolve(root, 'schema'), ...subfolders(resolve(root, 'connectors')).filter((it) => it !== folder)];
  const documents = folders.flatMap((it) =>
    existsSync(it)
      ? readdirSync(it)
          .filter((name) => name.endsWith('.graphql'))
          .map((name) => parse(readFileSync(resolve(it, name), 'utf8')))
      : [],
  );
  const whole = concatAST(documents);
  const isExtension = (kind: string) => kind.endsWith('Extension');
  const base = buildASTSchema({ ...whole, definitions: whole.definitions.filter((it) => !isExtension(it.kind)) }, { assumeValidSDL: true });
  const schema = extendSchema(
    base,
    { ...whole, definitions: whole.definitions.filter((it) => isExtension(it.kind)) },
    { assumeValidSDL: true },
  );
  const owner = schema.getType(extended ?? 'Query');
  if (!isObjectType(owner) || (extended !== undefined && !owner.astNode?.directives?.some((it) => it.name.value === 'subject'))) {
    const subjects = Object.values(schema.getTypeMap()).filter(
      (it) => isObjectType(it) && it.astNode?.directives?.some((d) => d.name.value === 'subject'),
    );
    throw new ContractError(
      `--extends names "${extended}", which is no subject of the schema; subjects are ${subjects.map((it) => it.name).join(', ')}`,
    );
  }
  return { types: Object.keys(schema.getTypeMap()), fields: Object.keys(isInputObjectType(owner) ? {} : owner.getFields()) };
}

const subfolders = (parent: string): string[] =>
  existsSync(parent)
    ? readdirSync(parent, { withFileTypes: true })
        .filter((it) => it.isDirectory())
        .map((it) => resolve(parent, it.name))
    : [];

/** What the public entry points that emitted files name are in this project. */
const PACKAGES: Readonly<Record<string, string>> = {
  'yimen/connect': 'src/connect/index.ts',
  'yimen/kit': 'src/kit/index.ts',
  'yimen/fields': 'schema/generated/connector-fields.ts',
  'yimen/types': 'schema/generated/types.ts',
};

/** Writes the files of a connector; inside the project its imports point at the project's own rooms. */
export function writeFiles(root: string, folder: string, files: ReadonlyMap<string, string>): void {
  const relink = isInside(root, folder);
  for (const [name, text] of files) {
    const file = resolve(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, relink && name.endsWith('.ts') ? relinked(text, root, dirname(file)) : text);
  }
}

const relinked = (text: string, root: string, from: string): string =>
  text.replace(/from '(yimen\/\w+)';/g, (whole, name: string) => {
    const target = PACKAGES[name];
    return target ? `from '${relative(from, resolve(root, target)).replaceAll('\\', '/')}';` : whole;
  });

/** Refuses to write over somebody's work. */
export function checkFolder(folder: string, force: boolean): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return;
  if (!force) throw new ContractError(`${folder} exists already; remove it, or write over it with --force`);
  if (!existsSync(resolve(folder, 'connector.ts'))) throw new ContractError(`${folder} is no connector's folder`);
  rmSync(folder, { recursive: true });
}

interface AgencyEntry {
  readonly id: string;
}

/** Makes sure that the agency is in the catalogue. An agency of a new name is added; whether it was is told. */
export function ensureAgency(root: string, id: string, title: string): boolean {
  const file = resolve(root, 'catalogue', 'agencies.json');
  const text = readFileSync(file, 'utf8');
  const agencies = JSON.parse(text) as AgencyEntry[];
  if (agencies.some((it) => it.id === id)) return false;
  const name = clean(title) || id;
  const entry = { id, nameZh: name, nameEn: name, level: 'city', kind: 'platform' };
  const added = JSON.stringify(entry, null, 2).replace(/^/gm, '  ');
  writeFileSync(file, text.replace(/\s*\]\s*$/, `${agencies.length > 0 ? ',' : ''}\n${added}\n]\n`));
  return true;
}

/** Whether a folder is somewhere in the project. */
export const isInside = (root: string, folder: string): boolean => folder.startsWith(`${root}${sep}`);

/** Whether a folder is one of the project's connectors. */
export const isShipped = (root: string, folder: string): boolean =>
  dirname(folder) === resolve(root, 'connectors') && basename(folder) !== '';
