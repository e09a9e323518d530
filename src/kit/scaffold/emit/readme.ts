import type { Operation } from '../contract.ts';
import type { Plan } from '../plan.ts';
import { code, markdown } from '../text.ts';
import { credentialSettings, urlSetting } from './connector.ts';
import { sampleKey } from './samples.ts';
import { sectionOf } from './test.ts';

const CREDENTIALS = {
  apiKey: 'a fixed key',
  basic: 'name and password (HTTP Basic)',
  bearer: 'a fixed bearer token',
  oauth2: 'OAuth2 client credentials',
};

/** `README.md`: protocol, credentials, what was left out and why. */
export function emitReadme(plan: Plan): string {
  const { contract } = plan;
  const version = contract.version ? ` (version ${markdown(contract.version)})` : '';
  return `${[
    `# ${plan.id}`,
    `${markdown(contract.title)}${version}. Agency: ${code(plan.agency)}.${contract.description ? `\n\n${markdown(contract.description)}` : ''}`,
    protocolTable(plan),
    settingsText(plan),
    nextText(plan),
    operationsTable(plan),
    notesText(plan),
    leftOutText(plan),
    "Whom to call 联系: put the number of the agency's data desk here.",
  ]
    .filter(Boolean)
    .join('\n\n')}\n`;
}

function protocolTable({ contract, operations }: Plan): string {
  const credentials = new Set(operations.flatMap(({ operation }) => operation.credentials.map(({ kind }) => CREDENTIALS[kind])));
  return [
    '| | |',
    '|---|---|',
    `| protocol 协议 | ${protocolOf(operations[0]?.operation)} |`,
    `| charset 字符集 | ${contract.charset ?? 'UTF-8'} |`,
    `| credentials 凭证 | ${[...credentials].join(', ') || 'none 无'} |`,
    '| remembered | nothing: the contract does not say how long an answer holds; set `fresh` and `stale` in `connector.ts` |',
  ].join('\n');
}

function protocolOf(operation: Operation | undefined): string {
  if (operation?.way.kind !== 'soap') return 'HTTP with JSON';
  return `SOAP ${operation.way.version}, literal`;
}

/** Settings with which the connector asks the real agency; secrets by reference. */
export function settingsExample(plan: Plan): Readonly<Record<string, unknown>> {
  const used = [...new Set(plan.operations.map(({ operation }) => operation.endpoint))].sort();
  const settings: Record<string, unknown> = Object.fromEntries(used.map((it) => [urlSetting(it), absolute(plan.contract.endpoints[it])]));
  for (const { credential, names } of credentialSettings(plan))
    for (const name of names)
      settings[name] = settingExample(plan.id, name, credential.kind === 'oauth2' ? credential.tokenUrl : undefined);
  return settings;
}

function settingsText(plan: Plan): string {
  const settings = settingsExample(plan);
  return `\`\`\`json\n${JSON.stringify({ [plan.id]: { settings } }, null, 2)
    .slice(2, -2)
    .replace(/^ {2}/gm, '')
    .replaceAll('`', "'")}\n\`\`\``;
}

/** A contract may name a place on the agency's machine without the machine. */
const absolute = (url = ''): string =>
  /^https?:/i.test(url) ? url : `https://agency.example.cn${url.replace(/^\/?/, '/').replace(/\/$/, '')}`;

function settingExample(id: string, name: string, tokenUrl: string | undefined): unknown {
  if (name.endsWith('TokenUrl')) return tokenUrl;
  if (/(?:User|ClientId)$/.test(name)) return 'hall-321071';
  return {
    env: `${id}-${name}`
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replaceAll('-', '_')
      .toUpperCase(),
  };
}

/** What an integrator does with a folder that is ten minutes old. */
function nextText(plan: Plan): string {
  const [first] = plan.operations;
  const section = first ? sectionOf(first, plan) : '';
  const key = JSON.stringify(first ? sampleKey(first, plan) : {}).replaceAll("'", '’');
  const shell = plan.extends === undefined ? `'${key}'` : key.replaceAll('"', '');
  return [
    '## Next 接下来',
    '',
    `1. ${code(`npx yimen connector check ${plan.id}`)} runs the kit against the sandbox in this folder: it passes as it is.`,
    `2. Put the settings above into \`yimen.config.json\`, with the address and the credentials that the agency gives you. ${code(`npx yimen connector explain ${section} ${shell}`)} asks it once, for test data, and prints every step.`,
    '3. What differs from the contract shows there. Shapes are put right in `wire.ts`, names and codes of the schema in `map.ts` and the `.graphql` file, what is sent in `ask.ts`; the code is yours from now on, nothing is generated again.',
    '4. `connector.ts` holds what no contract says: `policy` (how much the agency bears), `fresh` and `stale` of each lookup (how long an answer holds).',
    '5. Replies of the real agency, with all personal data replaced, make better samples than those in `sandbox/samples.ts`.',
  ].join('\n');
}

function operationsTable(plan: Plan): string {
  const rows = plan.operations.map((it) => {
    const { operation } = it;
    const { way } = operation;
    const sent = way.kind === 'rest' ? `${way.method} ${way.path}` : `${way.element}`;
    const absent = way.kind === 'rest' ? (way.absentBy404 ? '404' : '') : 'no fault is taken to mean it';
    return `| ${code(sectionOf(it, plan))} | ${code(sent)} | ${absent} | ${code(operation.place)} |`;
  });
  return [
    '## What it serves 提供的查询',
    '',
    '| section | sent to the agency | "no such record" | place in the contract |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** Headers are asked from whoever asks the gateway; often they are the same for all of a hall's questions. */
function headerNote(operations: Plan['operations']): readonly string[] {
  const headers = new Set(
    operations.flatMap(({ args }) => args.filter(({ field }) => field.place === 'header').map(({ field }) => field.wire)),
  );
  if (headers.size === 0) return [];
  return [
    `Headers of the contract are arguments: ${[...headers].join(', ')}. What is the same for every question belongs into the settings.`,
  ];
}

function notesText({ contract, operations }: Plan): string {
  const notes = [...contract.notes, ...headerNote(operations)];
  return notes.length === 0 ? '' : `## To know 说明\n\n${notes.map((note) => `- ${markdown(note)}`).join('\n')}`;
}

function leftOutText({ contract }: Plan): string {
  if (contract.leftOut.length === 0) return '## Left out 未译部分\n\nNothing.';
  const rows = contract.leftOut.map(({ what, place, reason }) => `| ${code(what)} | ${code(place)} | ${markdown(reason)} |`);
  return ['## Left out 未译部分', '', '| what | place in the contract | why |', '|---|---|---|', ...rows].join('\n');
}
