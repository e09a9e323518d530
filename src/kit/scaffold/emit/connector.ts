import type { Credential } from '../contract.ts';
import { camel, Names } from '../names.ts';
import type { Plan, PlannedOperation } from '../plan.ts';
import { comment, literal, usedIn } from '../text.ts';
import { type Asking, argsType } from './ask.ts';
import { recordFunction } from './map.ts';
import { replyName } from './wire.ts';

/** Names of the settings of one credential. */
export interface CredentialSettings {
  readonly credential: Credential;
  readonly names: readonly string[];
}

/** The settings that the credentials of all operations need. */
export function credentialSettings(plan: Plan): readonly CredentialSettings[] {
  const names = new Names(['url', ...plan.contract.endpoints.map((_, i) => urlSetting(i))]);
  const found = new Map<string, CredentialSettings>();
  for (const { operation } of plan.operations)
    for (const credential of operation.credentials) {
      const wanted = camel(credential.id);
      if (found.has(credential.id)) continue;
      const parts = { apiKey: [''], bearer: ['Token'], basic: ['User', 'Password'], oauth2: ['TokenUrl', 'ClientId', 'ClientSecret'] }[
        credential.kind
      ];
      found.set(credential.id, { credential, names: parts.map((part) => names.take(wanted.endsWith(part) ? wanted : `${wanted}${part}`)) });
    }
  return [...found.values()];
}

/** The setting of an endpoint's address. */
export const urlSetting = (endpoint: number): string => (endpoint === 0 ? 'url' : `url${endpoint + 1}`);

/** `connector.ts`: what it offers the schema and how it asks the agency. */
export function emitConnector(plan: Plan, asking: ReadonlyMap<PlannedOperation, Asking>, isOwn: boolean): string {
  const credentials = credentialSettings(plan);
  const clients = clientsOf(plan);
  const fields = plan.operations.map((operation) => lookupText(operation, plan, asking.get(operation) as Asking, clients));
  const body = `/** ${comment(plan.contract.title)} */
export default connector({
  id: ${literal(plan.id)},
  agency: ${literal(plan.agency)},
  settings: z.strictObject({ ${settingsText(plan, credentials).join(', ')} }),
  policy: { timeout: '3s', concurrency: 8 },
  open({ settings, http }) {
${[...clients.values()].map((client) => clientText(client, plan, credentials)).join('\n')}
    return {
      fields: ${isOwn ? 'own<Fields>(' : ''}{
        ${plan.extends ?? 'Query'}: {
${fields.join('\n')}
        },
      }${isOwn ? ')' : ''},
    };
  },
});
`;
  return `${importsText(body, plan, isOwn)}\n\n${body}`;
}

function importsText(body: string, plan: Plan, isOwn: boolean): string {
  const always = ['connector', 'lookup', 'value'];
  const helpers = [
    ...always,
    ...usedIn(body, ['apiKey', 'basic', 'bearer', 'oauth2', 'secret']),
    ...(body.includes('? absent : ') ? ['absent'] : []),
    ...(isOwn ? ['own'] : []),
  ].sort();
  const args = plan.extends === undefined ? plan.operations.filter((it) => it.args.length > 0).map(argsType) : [];
  const ours = [...args, ...(isOwn ? ['Fields'] : [])];
  return [
    "import { z } from 'zod';",
    ours.length > 0 ? `import type { ${ours.sort().join(', ')} } from 'yimen/types';` : '',
    `import { ${helpers.join(', ')} } from 'yimen/connect';`,
    "import * as ask from './ask.ts';",
    "import * as map from './map.ts';",
    "import * as wire from './wire.ts';",
  ]
    .filter(Boolean)
    .join('\n');
}

const SHAPES = {
  apiKey: ['secret()'],
  bearer: ['secret()'],
  basic: ['z.string().min(1)', 'secret()'],
  oauth2: ['z.url()', 'z.string().min(1)', 'secret()'],
};

function settingsText(plan: Plan, credentials: readonly CredentialSettings[]): string[] {
  const urls = [...new Set(plan.operations.map(({ operation }) => operation.endpoint))]
    .sort()
    .map((endpoint) => `${urlSetting(endpoint)}: z.url()`);
  return [...urls, ...credentials.flatMap(({ credential, names }) => names.map((name, i) => `${name}: ${SHAPES[credential.kind][i]}`))];
}

/** One client for all operations that go to one address with the same credentials. */
interface Client {
  readonly name: string;
  readonly of: PlannedOperation;
}

const clientKey = ({ operation }: PlannedOperation): string => JSON.stringify([operation.endpoint, operation.credentials]);

function clientsOf(plan: Plan): ReadonlyMap<string, Client> {
  const clients = new Map<string, Client>();
  for (const of of plan.operations)
    if (!clients.has(clientKey(of))) clients.set(clientKey(of), { of, name: clients.size === 0 ? 'agency' : `agency${clients.size + 1}` });
  return clients;
}

function clientText({ name, of: { operation } }: Client, { contract }: Plan, settings: readonly CredentialSettings[]): string {
  const signers = operation.credentials.map((credential) =>
    signerText(settings.find((it) => it.credential.id === credential.id) as CredentialSettings, credential),
  );
  const sign = signers.length === 0 ? '' : `, sign: ${signers.length === 1 ? signers[0] : `[${signers.join(', ')}]`}`;
  const url = `url: settings.${urlSetting(operation.endpoint)}`;
  if (operation.way.kind === 'rest') return `    const ${name} = http.json({ ${url}${sign} });`;
  const version = operation.way.version === '1.2' ? ", version: '1.2'" : '';
  const charset = contract.charset ? `, charset: ${literal(contract.charset)}` : '';
  return `    const ${name} = http.soap({ ${url}, namespace: ${literal(operation.way.namespace)}${version}${charset}${sign} });`;
}

function signerText({ names }: CredentialSettings, credential: Credential): string {
  const [first, second, third] = names.map((name) => `settings.${name}`);
  if (credential.kind === 'apiKey') return `apiKey({ in: ${literal(credential.in)}, name: ${literal(credential.name)}, secret: ${first} })`;
  if (credential.kind === 'bearer') return `bearer(${first})`;
  if (credential.kind === 'basic') return `basic({ user: ${first}, password: ${second} })`;
  const scope = credential.scopes.length > 0 ? `, scope: ${literal(credential.scopes.join(' '))}` : '';
  return `oauth2({ tokenUrl: ${first}, clientId: ${second}, clientSecret: ${third}${scope} })`;
}

function lookupText(
  operation: PlannedOperation,
  plan: Plan,
  { name, takesArgs, takesCall }: Asking,
  clients: ReadonlyMap<string, Client>,
): string {
  const isSection = plan.extends !== undefined;
  const given = takesArgs ? (isSection ? `{ ${operation.args[0]?.name}: key }` : 'args') : '';
  const question = `ask.${name}(${[given, takesCall ? 'call' : ''].filter(Boolean).join(', ')})`;
  const parameter = isSection ? 'key: string' : takesArgs ? `args: ${argsType(operation)}` : '_none: Record<string, never>';
  const client = clients.get(clientKey(operation))?.name ?? '';
  const { way } = operation.operation;
  const reply = `wire.${replyName(plan, operation)}`;
  const record = `map.${recordFunction(operation)}(reply)`;
  const mayMiss = way.kind === 'soap' || way.absentBy404;
  const send =
    way.kind === 'soap'
      ? `request(${soapText(way)}, ${question}, ${reply}, call)`
      : `${way.absentBy404 ? 'find' : 'request'}(${question}, ${reply}, call)`;
  return `          ${operation.field}: lookup({
            async one(${parameter}, call) {
              const reply = await ${client}.${send};
              return ${mayMiss ? `reply === null ? absent : value(${record})` : `value(${record})`};
            },
          }),`;
}

function soapText({ element, namespace, reply, action }: Extract<PlannedOperation['operation']['way'], { kind: 'soap' }>): string {
  const isUsual = reply === `${element}Response` && action === `${namespace}/${element}`;
  return `{ element: ${literal(element)}, namespace: ${literal(namespace)}${isUsual ? '' : `, reply: ${literal(reply)}, action: ${literal(action)}`} }`;
}
