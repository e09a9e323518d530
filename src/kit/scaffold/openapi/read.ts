import { basename } from 'node:path';
import { type Contract, ContractError, type Credential, type EnumShape, Omissions, type Operation } from '../contract.ts';
import { isWanted, missing } from '../wanted.ts';
import { DeadReference, Documents, entries, isObject, type JsonObject, text } from './documents.ts';
import { inputsOf, Unaskable } from './inputs.ts';
import { goodReply, speaksOf } from './media.ts';
import { Schemas } from './schemas.ts';
import { credentialsOf } from './security.ts';
import { Servers } from './servers.ts';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;
type Method = (typeof METHODS)[number];

interface Candidate {
  readonly method: Method;
  readonly path: string;
  readonly name: string;
  readonly item: JsonObject;
  readonly operation: JsonObject;
}

/** Reads an OpenAPI 3.0 or 3.1 contract, JSON or YAML. `wanted` names the operations to take: by id, or like `POST /search`. */
export function readOpenapi(file: string, wanted: readonly string[] = []): Contract {
  const documents = new Documents(file);
  checkVersion(documents.root, basename(file));
  const omissions = new Omissions();
  const candidates = candidatesOf(documents, omissions);
  const labels = candidates.map(({ method, path, name }) => [name, `${method.toUpperCase()} ${path}`, path]);
  const lost = missing(wanted, labels);
  if (lost) throw new ContractError(lost);
  const tools = { documents, omissions, enums: new Map<object, EnumShape>() };
  const schemas = { reply: new Schemas(tools, 'reply'), request: new Schemas(tools, 'request') };
  const servers = new Servers(documents.root);
  const operations = candidates.flatMap((candidate, i) => {
    if (!isChosen(candidate, labels[i] ?? [], wanted, omissions, documents)) return [];
    try {
      return [operationOf(candidate, documents, omissions, schemas, servers)];
    } catch (cause) {
      if (!(cause instanceof DeadReference) && !(cause instanceof Unaskable)) throw cause;
      omissions.add(label(candidate), documents.place(candidate.operation), cause.message);
      return [];
    }
  });
  const info = isObject(documents.root['info']) ? documents.root['info'] : {};
  return {
    kind: 'openapi',
    title: text(info['title']) ?? basename(file),
    version: text(info['version']),
    description: text(info['description']),
    endpoints: servers.endpoints,
    operations,
    leftOut: omissions.all,
    notes: servers.notes,
  };
}

function checkVersion(root: JsonObject, file: string): void {
  const said = root['openapi'];
  // Without quotes YAML reads 3.0 as the number 3.
  const version = typeof said === 'number' ? said.toFixed(1) : text(said);
  if (version && /^3\.[01](?:\.|$)/.test(version)) return;
  if (root['swagger'] !== undefined)
    throw new ContractError(
      `${file} is Swagger ${root['swagger']}; convert it to OpenAPI 3 first, for example with "npx swagger2openapi ${file} -o openapi.yaml"`,
    );
  throw new ContractError(
    version ? `${file} is OpenAPI ${version}; 3.0 and 3.1 are read` : `${file} is no OpenAPI contract: it has no "openapi" version`,
  );
}

const label = ({ method, path, name }: Candidate): string => `${name} (${method.toUpperCase()} ${path})`;

function candidatesOf(documents: Documents, omissions: Omissions): readonly Candidate[] {
  const all = operationsOf(documents, omissions);
  const unnamed = all.filter(({ operation }) => !ownName(operation));
  return all.map((one) => ({ ...one, name: ownName(one.operation) ?? summaryOf(one, unnamed) ?? one.name }));
}

const ownName = (operation: JsonObject): string | undefined => text(operation['operationId'])?.trim() || undefined;

/** An operation without an id is named by its summary, where that is short and no other has the same. */
function summaryOf(one: Candidate, others: readonly Candidate[]): string | undefined {
  const own = said(one);
  return own.length > 0 && own.length <= LONGEST_NAME && others.filter((it) => said(it) === own).length === 1 ? own : undefined;
}

const LONGEST_NAME = 60;
const said = ({ operation }: Candidate): string => (text(operation['summary']) ?? '').trim();

function operationsOf(documents: Documents, omissions: Omissions): readonly Candidate[] {
  return entries(documents.root['paths']).flatMap(([path, raw]) => {
    if (path.startsWith('x-')) return [];
    try {
      const item = documents.merged(raw);
      return isObject(item) ? METHODS.flatMap((method) => candidate(method, path, item, documents)) : [];
    } catch (cause) {
      omissions.add(path, documents.place(raw), (cause as Error).message);
      return [];
    }
  });
}

function candidate(method: Method, path: string, item: JsonObject, documents: Documents): Candidate[] {
  const operation = documents.merged(item[method]);
  if (!isObject(operation)) return [];
  return [{ method, path, name: `${method} ${path.replace(/[{}]/g, ' ')}`, item, operation }];
}

function isChosen(
  one: Candidate,
  labels: readonly string[],
  wanted: readonly string[],
  omissions: Omissions,
  documents: Documents,
): boolean {
  const isRead = one.method === 'get';
  const isNamed = wanted.length > 0 && isWanted(wanted, labels);
  if (isNamed && !isRead && one.method !== 'post')
    throw new ContractError(`${label(one)} changes something at the agency; a connector only reads`);
  if (wanted.length > 0) return isNamed;
  if (!isRead && one.method !== 'options' && one.method !== 'head') {
    const advice = one.method === 'post' ? '; if it only searches, choose it with --operation' : '';
    omissions.add(label(one), documents.place(one.operation), `${one.method.toUpperCase()} may change something at the agency${advice}`);
  }
  return isRead;
}

function operationOf(
  one: Candidate,
  documents: Documents,
  omissions: Omissions,
  schemas: { readonly reply: Schemas; readonly request: Schemas },
  servers: Servers,
): Operation {
  const { method, path, name, item, operation } = one;
  const content = goodReply(documents, operation['responses']);
  if ('reason' in content) throw new Unaskable(content.reason);
  const security = credentialsOf(documents, operation, omissions);
  if ('reason' in security) throw new Unaskable(security.reason);
  const { inputs, accept, isAuthorized } = inputsOf({ documents, omissions, schemas: schemas.request }, one);
  checkPath(
    path,
    inputs.filter((it) => it.place === 'path').map((it) => it.wire),
  );
  return {
    name,
    description: text(operation['summary']) ?? text(operation['description']),
    place: documents.place(operation),
    inputs,
    reply: schemas.reply.use(content.schema, `${name} reply`).shape,
    credentials: isAuthorized && security.credentials.length === 0 ? [AUTHORIZATION] : security.credentials,
    way: {
      kind: 'rest',
      method: method === 'post' ? 'POST' : 'GET',
      path,
      accept: accept ?? content.media,
      absentBy404: speaksOf(operation['responses'], '404') || path.includes('{'),
    },
    endpoint: servers.endpointOf(item, operation),
  };
}

/** A contract that says nothing of security, but names the header. */
const AUTHORIZATION: Credential = { kind: 'apiKey', id: 'authorization', in: 'header', name: 'authorization' };

function checkPath(path: string, given: readonly string[]): void {
  const unnamed = [...path.matchAll(/\{([^}]*)\}/g)].find(([, name]) => !given.includes(name ?? ''));
  if (unnamed) throw new Unaskable(`nothing says what ${unnamed[0]} in its path is`);
  if (/[?#]/.test(path)) throw new Unaskable('its path holds a query');
}
