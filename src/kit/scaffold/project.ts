import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { buildASTSchema, concatAST, extendSchema, isInputObjectType, isObjectType, parse } from 'graphql';
import { ContractError } from './contract.ts';
import { clean } from './text.ts';

/** The names a schema holds already. */
export interface Taken {
  readonly types: readonly string[];
  readonly fields: readonly string[];
}

/** Reads what the schema of some projects holds, their connectors' parts included, without the connector that is being made. */
export function takenNames(roots: readonly string[], folder: string, extended: string | undefined): Taken {
  const folders = roots
    .flatMap((root) => [resolve(root, 'schema'), ...subfolders(resolve(root, 'connectors'))])
    .filter((it) => it !== folder);
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

/** A hall's own project, where the gateway is an installed package. */
export interface Hall {
  readonly folder: string;
  /** The catalogue its settings name, where they name one. */
  readonly catalogue?: string | undefined;
}

/** What the public entry points that emitted files name are in this project. */
const PACKAGES: Readonly<Record<string, string>> = {
  'yimen/connect': 'src/connect/index.ts',
  'yimen/kit': 'src/kit/index.ts',
  'yimen/fields': 'schema/generated/connector-fields.ts',
  'yimen/types': 'schema/generated/types.ts',
};

/** What an emitted file in a folder imports a public entry point as. */
type Import = (name: string, from: string) => string;

/** Inside the project imports point at the project's own rooms. */
export const inProject =
  (root: string): Import =>
  (name, from) => {
    const target = PACKAGES[name];
    return target ? relative(from, resolve(root, target)).replaceAll('\\', '/') : name;
  };

/** In a package of its own a connector imports what the installed gateway offers. */
export const asPackage: Import = (name) => name;

/** In a hall's project the types are those that the connector brings along: the gateway's do not know its fields. */
export const withOwnTypes: Import = (name) => (PACKAGES[name]?.includes('generated') ? './types.ts' : name);

/** Writes the files of a connector, its imports as they are where it stands. */
export function writeFiles(folder: string, files: ReadonlyMap<string, string>, as: Import): void {
  for (const [name, text] of files) {
    const file = resolve(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, name.endsWith('.ts') ? relinked(text, as, dirname(file)) : text);
  }
}

const relinked = (text: string, as: Import, from: string): string =>
  text.replace(/from '(yimen\/\w+)';/g, (_whole, name: string) => `from '${as(name, from)}';`);

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

/** Makes sure that the agency is in a catalogue's folder. An agency of a new name is added; whether it was is told. */
export function ensureAgency(catalogue: string, id: string, title: string): boolean {
  const file = resolve(catalogue, 'agencies.json');
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

/**
 * The same for a hall's own project, where the package's catalogue stays as it is: without one of its own it gets a copy.
 * Gives the catalogue's folder where it is new.
 */
export function ensureOwnAgency(hall: Hall, root: string, id: string, title: string): { readonly isNew: boolean; readonly added: boolean } {
  const shipped = resolve(root, 'catalogue', 'agencies.json');
  if (!hall.catalogue && holds(shipped, id)) return { isNew: false, added: false };
  const folder = hall.catalogue ?? resolve(hall.folder, 'catalogue');
  const file = resolve(folder, 'agencies.json');
  const isNew = !existsSync(file);
  if (isNew) {
    mkdirSync(folder, { recursive: true });
    copyFileSync(shipped, file);
  }
  return { isNew: hall.catalogue === undefined, added: ensureAgency(folder, id, title) };
}

const holds = (file: string, id: string): boolean => (JSON.parse(readFileSync(file, 'utf8')) as AgencyEntry[]).some((it) => it.id === id);
