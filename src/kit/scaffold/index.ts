/**
 * The contract importer: reads an agency's own contract (OpenAPI, WSDL) and writes a connector's folder that compiles,
 * starts and passes the conformance kit as it is. Terms: contract.ts.
 */
import { relative, resolve } from 'node:path';
import { blankContract } from './blank.ts';
import { type Contract, ContractError, type LeftOut } from './contract.ts';
import { emitted, settingsExample } from './emit/index.ts';
import { formatted, refreshed } from './finish.ts';
import { readOpenapi } from './openapi/read.ts';
import { type Plan, planned } from './plan.ts';
import {
  asPackage,
  checkFolder,
  ensureAgency,
  ensureOwnAgency,
  type Hall,
  inProject,
  isInside,
  isShipped,
  takenNames,
  withOwnTypes,
  writeFiles,
} from './project.ts';
import { readWsdl } from './wsdl/read.ts';

export { ContractError, type LeftOut } from './contract.ts';
export type { Hall } from './project.ts';

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
  /** The gateway's own folder: the one that holds `schema` and `catalogue`. */
  readonly root: string;
  /** A hall's project that has the gateway installed: everything is written there and nothing in `root`. */
  readonly hall?: Hall | undefined;
  /** Folder to write. Default: `connectors/<id>` of the hall's project, else of the gateway. */
  readonly folder?: string | undefined;
  /** Writes over a connector that is there. */
  readonly force?: boolean;
  /** Whether to bring generated types and the snapshot up to date. Default true; only for the project's own connectors. */
  readonly refresh?: boolean;
}

/** Lines of `yimen.config.json`. */
export interface HallConfig {
  readonly connectors: Readonly<Record<string, { readonly module: string }>>;
  readonly catalogue?: string;
}

export interface ScaffoldReport {
  readonly folder: string;
  readonly title: string;
  /** What it serves now, like `Query.unit`. */
  readonly sections: readonly string[];
  readonly leftOut: readonly LeftOut[];
  /** The agency was added to the catalogue: its names and level want a human eye. */
  readonly agencyAdded: string | undefined;
  /** What the hall's `yimen.config.json` must say for the connector to be served, where it is a hall's own. */
  readonly config: HallConfig | undefined;
  /** The same with the settings it asks for when it asks the real agency. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What is still to be run, because it could not be run here. */
  readonly toRun: readonly string[];
}

/** Writes a connector's folder from a contract. Throws {@link ContractError} with a sentence that says what is wrong. */
export function scaffold(options: ScaffoldOptions): ScaffoldReport {
  const { id, root, hall } = options;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) throw new ContractError(`the id must be kebab-case (like "land-registry"), got "${id}"`);
  const folder = resolve(options.folder ?? resolve(hall?.folder ?? root, 'connectors', id));
  const contract = withCharset(contractOf(options), options.charset);
  const agency = options.agency ?? id;
  const taken = takenNames(hall ? [root, hall.folder] : [root], folder, options.extends);
  const plan = planned(contract, { id, agency, extends: options.extends, taken });
  if (plan.operations.length === 0) throw new ContractError(nothingLeft(plan.contract));
  checkFolder(folder, options.force ?? false);
  const owner = plan.extends ?? 'Query';
  const made = {
    folder,
    title: contract.title,
    sections: plan.operations.map((it) => `${owner}.${it.field}`),
    leftOut: plan.contract.leftOut,
    settings: settingsExample(plan),
  };
  return { ...made, ...(hall ? installed(plan, folder, root, hall) : shipped(plan, folder, options)) };
}

type Placed = Pick<ScaffoldReport, 'agencyAdded' | 'config' | 'toRun'>;

/** Writes one of the gateway's own connectors. */
function shipped(plan: Plan, folder: string, { root, refresh }: ScaffoldOptions): Placed {
  writeFiles(folder, emitted(plan), isInside(root, folder) ? inProject(root) : asPackage);
  formatted(root, folder);
  const added = ensureAgency(resolve(root, 'catalogue'), plan.agency, plan.contract.title);
  const toRun = isShipped(root, folder) && refresh !== false ? refreshed(root) : stepsElsewhere(root, folder);
  return { agencyAdded: added ? plan.agency : undefined, config: undefined, toRun };
}

/** Writes a connector of a hall's own. */
function installed(plan: Plan, folder: string, root: string, hall: Hall): Placed {
  writeFiles(folder, emitted(plan, true), withOwnTypes);
  formatted(hall.folder, folder);
  const { isNew, added } = ensureOwnAgency(hall, root, plan.agency, plan.contract.title);
  const module = `./${relative(hall.folder, resolve(folder, 'connector.ts')).replaceAll('\\', '/')}`;
  const config = { connectors: { [plan.id]: { module } }, ...(isNew ? { catalogue: './catalogue' } : {}) };
  return { agencyAdded: added ? plan.agency : undefined, config, toRun: [] };
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
  if (leftOut.length === 0) return 'the contract has no operations';
  const lines = leftOut.slice(0, SHOWN).map(({ what, place, reason }) => `  ${what} (${place}): ${reason}`);
  const more = leftOut.length > SHOWN ? [`  and ${leftOut.length - SHOWN} more`] : [];
  const choosable = leftOut
    .filter(({ reason }) => reason.includes('--operation'))
    .map(({ what }) => `"${what.replace(/ \([A-Z]+ \/.*$/, '')}"`);
  const advice = choosable.length > 0 ? [`those that only read can be chosen: --operation ${choosable.slice(0, SHOWN).join(' ')}`] : [];
  return ['no operation of the contract can be served:', ...lines, ...more, ...advice].join('\n');
}
