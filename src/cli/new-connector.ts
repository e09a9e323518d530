import { dirname, relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { type ContractSource, type Hall, type LeftOut, type ScaffoldReport, scaffold } from '../kit/index.ts';
import { packageFolder, readSettings } from '../settings/index.ts';

interface NewOptions {
  readonly openapi?: string;
  readonly wsdl?: string;
  readonly blank?: true;
  readonly operation?: readonly string[];
  readonly extends?: string;
  readonly agency?: string;
  readonly charset?: 'utf-8' | 'gb18030';
  readonly out?: string;
  readonly force?: true;
}

/** Adds `yimen connector new`. */
export function addNewConnector(connector: Command): void {
  connector
    .command('new <id>')
    .description("write a connector's folder from the agency's contract")
    .addOption(new Option('--openapi <file>', 'an OpenAPI 3.0 or 3.1 contract, JSON or YAML').conflicts(['wsdl', 'blank']))
    .addOption(new Option('--wsdl <file>', 'a WSDL 1.1 contract').conflicts(['openapi', 'blank']))
    .addOption(new Option('--blank', 'no contract: one question to begin with').conflicts(['openapi', 'wsdl']))
    .option('--operation <name...>', 'operations to take, by name or like "POST /search"; without any, all that only read')
    .option('--extends <subject>', 'make them sections of a subject, like Enterprise')
    .option('--agency <id>', "the agency's id in the catalogue; without it the connector's id, added where it is missing")
    .addOption(new Option('--charset <charset>', 'charset of SOAP messages').choices(['utf-8', 'gb18030']).default('utf-8'))
    .option('--out <folder>', 'folder to write; without it connectors/<id>')
    .option('--force', 'write over a connector that is there')
    .action((id: string, options: NewOptions) => console.log(report(options.out ?? id, id, create(id, options))));
}

/** In the gateway's own checkout a connector becomes one of its own; anywhere else it belongs to the hall's project. */
function create(id: string, options: NewOptions): ScaffoldReport {
  const root = packageFolder();
  const isOwn = !relative(root, process.cwd()).startsWith('..');
  return scaffold({
    id,
    source: sourceOf(options),
    operations: options.operation ?? [],
    extends: options.extends,
    agency: options.agency,
    charset: options.charset,
    root,
    hall: isOwn ? undefined : hall(),
    folder: options.out,
    force: options.force ?? false,
  });
}

function hall(): Hall {
  const { config, configFile } = readSettings(process.env, process.cwd());
  return { folder: process.cwd(), catalogue: config.catalogue && resolve(dirname(configFile), config.catalogue) };
}

function sourceOf({ openapi, wsdl, blank }: NewOptions): ContractSource {
  if (openapi) return { openapi };
  if (wsdl) return { wsdl };
  if (blank) return { blank };
  throw new Error('say where the connector comes from: --openapi <file>, --wsdl <file> or --blank');
}

/** More sections than a hall is likely to need from one agency. */
const MANY = 50;

function report(named: string, id: string, it: ScaffoldReport): string {
  const { folder, title, sections, leftOut, agencyAdded, toRun } = it;
  const shown = relative(process.cwd(), folder) || folder;
  return [
    `${title}: ${sections.length} section${sections.length === 1 ? '' : 's'} in ${shown}`,
    ...sections.map((section) => `  ${section}`),
    ...(sections.length > MANY ? ['  that is much for one connector: --operation takes the names of those that the hall needs'] : []),
    ...(leftOut.length > 0 ? ['left out:', ...leftOut.map(omission)] : []),
    'next:',
    ...(agencyAdded ? [`  the agency "${agencyAdded}" was added to catalogue/agencies.json: put its names and level right`] : []),
    ...toRun.map((step) => `  still to run: ${step}`),
    ...(it.config ? ['  add to yimen.config.json, and the agency answers from its sandbox:', lines(it.config)] : []),
    `  npx yimen connector check ${named}`,
    '  then make the fields your own: docs/connect-an-agency.md',
    '  for the real agency, in yimen.config.json:',
    lines({ connectors: { [id]: { ...entryOf(it.config, id), settings: it.settings } } }),
    `  ${shown}/README.md says what it serves and what to look at first`,
  ].join('\n');
}

const omission = ({ what, place, reason }: LeftOut): string => `  ${what} (${place}): ${reason}`;
const lines = (value: unknown): string => JSON.stringify(value, null, 2).replace(/^/gm, '    ');

function entryOf(config: ScaffoldReport['config'], id: string): object {
  return config?.connectors[id] ?? {};
}
