import { type Command, Option } from 'commander';
import { type ContractSource, type LeftOut, type ScaffoldReport, scaffold } from '../kit/index.ts';
import { packageFolder } from '../settings/index.ts';

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
    .action((id: string, options: NewOptions) => console.log([report(create(id, options)), next(options.out ?? id)].join('\n')));
}

function create(id: string, options: NewOptions): ScaffoldReport {
  return scaffold({
    id,
    source: sourceOf(options),
    operations: options.operation ?? [],
    extends: options.extends,
    agency: options.agency,
    charset: options.charset,
    root: packageFolder(),
    folder: options.out,
    force: options.force ?? false,
  });
}

function sourceOf({ openapi, wsdl, blank }: NewOptions): ContractSource {
  if (openapi) return { openapi };
  if (wsdl) return { wsdl };
  if (blank) return { blank };
  throw new Error('say where the connector comes from: --openapi <file>, --wsdl <file> or --blank');
}

function report({ folder, title, sections, leftOut, agencyAdded, toRun }: ScaffoldReport): string {
  const added = `  the agency "${agencyAdded}" was added to catalogue/agencies.json: put its names and level right`;
  return [
    `${title}: ${sections.length} section${sections.length === 1 ? '' : 's'} in ${folder}`,
    ...sections.map((section) => `  ${section}`),
    ...(leftOut.length > 0 ? ['left out:', ...leftOut.map(omission)] : []),
    ...(agencyAdded ? [added] : []),
    ...toRun.map((step) => `  still to run: ${step}`),
  ].join('\n');
}

const next = (folder: string): string => `next:
  npx yimen connector check ${folder}
  then make the fields your own: docs/connect-an-agency.md`;

const omission = ({ what, place, reason }: LeftOut): string => `  ${what} (${place}): ${reason}`;
