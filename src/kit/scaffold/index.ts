/**
 * The contract importer: reads an agency's own contract (OpenAPI, WSDL) and writes a connector's folder that compiles,
 * starts and passes the conformance kit as it is. Terms: contract.ts.
 */
import { resolve } from 'node:path';
import { blankContract } from './blank.ts';
import { type Contract, ContractError, type LeftOut } from './contract.ts';
import { emitted } from './emit/index.ts';
import { formatted, refreshed } from './finish.ts';
import { readOpenapi } from './openapi/read.ts';
import { planned } from './plan.ts';
import { checkFolder, ensureAgency, isInside, isShipped, takenNames, writeFiles } from './project.ts';
import { readWsdl } from './wsdl/read.ts';

export { ContractError, type LeftOut } from './contract.ts';

/** Where the connector comes from. */
export type ContractSource = { readonly openapi: string } | { readonly wsdl: string } | { readonly blank: true };

export interface ScaffoldOptions {
  /** Kebab-case; also the folder's name. */
  readonly id: string;
  readonly source: ContractSource;
  /** Operations to take, by name or like `GET /units/{id}`; without any, all that read. */
  readonly operations?: readonly string[];
  /** Subject whose sections they become, like `Enterprise`. */
  readonly extends?: string | undefined;
  /** Id of the agency in the catalogue. Default: the connector's id, added to the catalogue where it is missing. */
  readonly agency?: string | undefined;
  /** Charset of SOAP messages. Default utf-8. */
  readonly charset?: 'utf-8' | 'gb18030' | undefined;
  /** The project: the folder that holds `src`, `schema` and `connectors`. */
  readonly root: string;
  /** Folder to write. Default: `connectors/<id>` of the project. */
  readonly folder?: string | undefined;
  /** Writes over a connector that is there. */
  readonly force?: boolean;
  /** Whether to bring generated types and the snapshot up to date. Default true; only for the project's own connectors. */
  readonly refresh?: boolean;
}

export interface ScaffoldReport {
  readonly folder: string;
  readonly title: string;
  /** What it serves now, like `Query.unit`. */
  readonly sections: readonly string[];
  readonly leftOut: readonly LeftOut[];
  /** The agency was added to the catalogue: its names and level want a human eye. */
  readonly agencyAdded: string | undefined;
  /** What is still to be run, because it could not be run here. */
  readonly toRun: readonly string[];
}

/** Writes a connector's folder from a contract. Throws {@link ContractError} with a sentence that says what is wrong. */
export function scaffold(options: ScaffoldOptions): ScaffoldReport {
  const { id, root } = options;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) throw new ContractError(`the id must be kebab-case (like "land-registry"), got "${id}"`);
  const folder = resolve(options.folder ?? resolve(root, 'connectors', id));
  const contract = withCharset(contractOf(options), options.charset);
  const agency = options.agency ?? id;
  const plan = planned(contract, { id, agency, extends: options.extends, taken: takenNames(root, folder, options.extends) });
  if (plan.operations.length === 0) throw new ContractError(nothingLeft(plan.contract));
  checkFolder(folder, options.force ?? false);
  writeFiles(root, folder, emitted(plan));
  formatted(root, folder);
  const added = ensureAgency(root, agency, contract.title);
  const toRun = isShipped(root, folder) && options.refresh !== false ? refreshed(root) : stepsElsewhere(root, folder);
  const owner = plan.extends ?? 'Query';
  return {
    folder,
    title: contract.title,
    sections: plan.operations.map((it) => `${owner}.${it.field}`),
    leftOut: plan.contract.leftOut,
    agencyAdded: added ? agency : undefined,
    toRun,
  };
}

/** Outside of the project its packages are not at hand. */
const stepsElsewhere = (root: string, folder: string): readonly string[] =>
  isInside(root, folder) ? ['codegen', 'schema snapshot'] : ['npm install of yimen and zod in a package around it'];

function contractOf({ source, operations = [], id }: ScaffoldOptions): Contract {
  if ('openapi' in source) return readOpenapi(source.openapi, operations);
  return 'wsdl' in source ? readWsdl(source.wsdl, operations) : blankContract(id);
}

const withCharset = (contract: Contract, charset: ScaffoldOptions['charset']): Contract =>
  charset === 'gb18030' && contract.kind === 'wsdl' ? { ...contract, charset } : contract;

const SHOWN = 12;

function nothingLeft({ leftOut }: Contract): string {
  const lines = leftOut.slice(0, SHOWN).map(({ what, place, reason }) => `  ${what} (${place}): ${reason}`);
  const more = leftOut.length > SHOWN ? [`  and ${leftOut.length - SHOWN} more`] : [];
  return ['no operation of the contract can be served:', ...lines, ...more].join('\n');
}
