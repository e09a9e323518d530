import type { Credential } from '../contract.ts';
import type { Plan, PlannedOperation } from '../plan.ts';
import { comment, literal } from '../text.ts';
import { type CredentialSettings, credentialSettings, urlSetting } from './connector.ts';
import { data, sampleKey } from './samples.ts';
import { sectionOf } from './test.ts';

const TOKEN_PATH = '/sandbox-token';
const CLIENT = 'yimen-sandbox-hall';

/** `sandbox.ts`: an agency that answers from the same contract over a real socket. */
export function emitSandbox(plan: Plan): string {
  const settings = credentialSettings(plan);
  const isSoap = plan.contract.kind === 'wsdl';
  const maker = isSoap ? 'soapAgency' : 'restAgency';
  const charset = plan.contract.charset ? `\n  charset: ${literal(plan.contract.charset)},` : '';
  const secret = settings.length > 0 ? `\nconst SECRET = ${literal(`${plan.id}-sandbox-secret`)};\n` : '';
  const routes = plan.operations.map((it) => (isSoap ? soapRoute(it) : restRoute(it, plan)));
  const samples = plan.operations.map((it) => `${literal(sectionOf(it, plan))}: [${data(sampleKey(it, plan))}]`);
  const open = isSoap ? soapOpen(plan, routes) : `restAgency([\n${routes.join(',\n')}\n])`;
  return `import { ${[maker, 'sandbox'].sort().join(', ')} } from 'yimen/kit';
import * as samples from './sandbox/samples.ts';
${secret}
/** ${comment(plan.contract.title)}, as its contract describes it; what it answers is invented. */
export default sandbox({
  id: ${literal(plan.id)},${charset}
  settings: (url) => ({ ${settingsOf(plan, settings).join(', ')} }),
  samples: {${samples.join(', ')}},
  open: () => ${open},
});
`;
}

function settingsOf(plan: Plan, settings: readonly CredentialSettings[]): string[] {
  const urls = [...new Set(plan.operations.map(({ operation }) => operation.endpoint))]
    .sort()
    .map((it) => (it === 0 ? 'url' : `${urlSetting(it)}: url`));
  return [...urls, ...settings.flatMap((it) => credentialSetting(it))];
}

function credentialSetting({ credential, names: [first = '', second = '', third = ''] }: CredentialSettings): string[] {
  const secret = '{ sandbox: SECRET }';
  if (credential.kind === 'basic') return [`${first}: ${literal(CLIENT)}`, `${second}: ${secret}`];
  if (credential.kind === 'oauth2') return [`${first}: \`\${url}${TOKEN_PATH}\``, `${second}: ${literal(CLIENT)}`, `${third}: ${secret}`];
  return [`${first}: ${secret}`];
}

/** What the agency wants to be shown, as TypeScript. */
function shown(credential: Credential): string {
  const header = (value: string) => `{ in: 'header', name: 'authorization', value: ${value} }`;
  if (credential.kind === 'apiKey') return `{ in: ${literal(credential.in)}, name: ${literal(credential.name)}, value: SECRET }`;
  if (credential.kind === 'bearer') return header(`\`Bearer \${SECRET}\``);
  if (credential.kind === 'basic') return header(`\`Basic \${Buffer.from(\`${CLIENT}:\${SECRET}\`).toString('base64')}\``);
  return `{ in: 'token', path: ${literal(TOKEN_PATH)}, clientId: ${literal(CLIENT)}, clientSecret: SECRET }`;
}

function restRoute({ operation, word, args }: PlannedOperation, _plan: Plan): string {
  if (operation.way.kind !== 'rest') return '';
  const { method, path, accept } = operation.way;
  const must = (place: string) =>
    args
      .filter(({ field }) => field.place === place && field.required && !field.nullable && field.shape.kind !== 'list')
      .map(({ field }) => field.wire);
  const places = (['query', 'header', 'body'] as const)
    .map((place) => [place, must(place)] as const)
    .filter(([, names]) => names.length > 0);
  const musts = places.length > 0 ? `must: ${data(Object.fromEntries(places))},\n` : '';
  return `{\nmethod: ${literal(method)},\npath: ${literal(path)},\n${musts}credentials: [${operation.credentials.map(shown).join(', ')}],\ntype: ${literal(accept)},\nreply: samples.${word},\n}`;
}

function soapRoute({ operation, word, args }: PlannedOperation): string {
  if (operation.way.kind !== 'soap') return '';
  const must = args.filter(({ field }) => field.required && !field.nullable && field.shape.kind !== 'list').map(({ field }) => field.wire);
  return `{\nelement: ${literal(operation.way.element)},\naction: ${literal(operation.way.action)},\nmust: ${data(must)},\nreply: samples.${word},\n}`;
}

function soapOpen(plan: Plan, routes: readonly string[]): string {
  const first = plan.operations[0]?.operation;
  const version = first?.way.kind === 'soap' ? first.way.version : '1.1';
  const charset = plan.contract.charset ? `charset: ${literal(plan.contract.charset)}, ` : '';
  const credentials = (first?.credentials ?? []).map(shown).join(', ');
  return `soapAgency({ version: ${literal(version)}, ${charset}credentials: [${credentials}], routes: [\n${routes.join(',\n')}\n] })`;
}
