import { basename } from 'node:path';
import { type Contract, ContractError, type Field, type Input, Omissions, type Operation, type Shape } from '../contract.ts';
import { isPlain, isSendableDeep } from '../sendable.ts';
import { isWanted, missing } from '../wanted.ts';
import { type Bound, type BoundOperation, bindingsOf, type Direction, operationsOf, qualifiedPart, rpcName } from './bindings.ts';
import { partsOf, readDefinitions } from './definitions.ts';
import { Shapeless } from './shapeless.ts';
import { documentation, localOf, type Node, namespaceOf } from './tree.ts';
import { Types } from './types.ts';

/** First words of operations that only read. A contract does not say which do, so others must be chosen by name. */
const READS =
  /^(?:get|query|find|search|list|read|check|lookup|look|fetch|retrieve|verify|validate|inquire|inquiry|enquire|enquiry|select|count|is|has|show|view|describe|status|info|hent|sok|finn|les|sjekk|haal|hole|suche|lese|pruefe|abfrage|obtenir|rechercher|consulter|lire|lister|consultar|obtener|buscar|listar|pesquisar|obter|cerca|leggi|chaxun|cha)(?![a-z])/;

interface Candidate {
  readonly bound: Bound;
  readonly operation: BoundOperation;
  readonly endpoint: number;
}

/** Reads a WSDL 1.1 contract with its schemas. `wanted` names the operations to take. */
export function readWsdl(file: string, wanted: readonly string[] = []): Contract {
  const omissions = new Omissions();
  const definitions = readDefinitions(file, omissions);
  const types = new Types(definitions.library, omissions);
  const bindings = bindingsOf(definitions, omissions);
  const endpoints = [...new Set(bindings.map(({ address }) => address ?? ''))];
  const candidates = distinct(
    bindings.flatMap((bound) =>
      operationsOf(definitions, bound).map((operation) => ({ bound, operation, endpoint: endpoints.indexOf(bound.address ?? '') })),
    ),
  );
  const lost = missing(
    wanted,
    candidates.map(({ operation }) => [operation.name]),
  );
  if (lost) throw new ContractError(lost);
  if (hasPolicy(definitions.root))
    omissions.add('WS-Policy', definitions.root.place, 'what it demands of messages (WS-Security and others) is not written');
  const operations = candidates.flatMap((candidate) => chosen(candidate, wanted, omissions, types));
  const service = definitions.services[0];
  return {
    kind: 'wsdl',
    title: service?.attributes['name'] ?? definitions.root.attributes['name'] ?? basename(file),
    description: (service && documentation(service)) ?? documentation(definitions.root),
    endpoints,
    operations,
    leftOut: omissions.all,
    notes: [
      'A SOAP fault means `AGENCY_REFUSED` until `meanings` in `connector.ts` says what the agency means by its codes.',
      'The contract does not say who may ask: add the credentials the agency gives you.',
    ],
  };
}

/** Two ports may offer the same operation: the first counts. */
function distinct(candidates: readonly Candidate[]): readonly Candidate[] {
  const seen = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const key = `${candidate.operation.name}\n${candidate.bound.portType.place}`;
    if (!seen.has(key)) seen.set(key, candidate);
  }
  return [...seen.values()];
}

const hasPolicy = (node: Node): boolean => /^Policy(?:Reference)?$/.test(node.name) || node.children.some(hasPolicy);

function chosen(candidate: Candidate, wanted: readonly string[], omissions: Omissions, types: Types): Operation[] {
  const { operation } = candidate;
  const { name, node } = operation;
  if (wanted.length > 0 && !isWanted(wanted, [name])) return [];
  if (wanted.length === 0 && !READS.test(firstWord(name))) {
    omissions.add(name, node.place, 'its name does not say that it only reads; if it does, choose it with --operation');
    return [];
  }
  try {
    return [operationOf(candidate, omissions, types)];
  } catch (cause) {
    if (!(cause instanceof Shapeless)) throw cause;
    omissions.add(name, node.place, cause.message);
    return [];
  }
}

const firstWord = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]/g, ' ')
    .toLowerCase();

function operationOf({ bound, operation, endpoint }: Candidate, omissions: Omissions, types: Types): Operation {
  const { name, node, input, output } = operation;
  if (!output) throw new Shapeless('it answers nothing');
  for (const header of input.headers)
    omissions.add(
      `header ${header.attributes['part'] ?? ''} of ${name}`,
      header.place,
      'SOAP headers are not written; `header` of `http.soap` in `connector.ts` takes them',
    );
  const request = bodyOf(operation, input, rpcName(operation), types);
  const reply = bodyOf(operation, output, `${rpcName(operation)}Response`, types);
  const description = documentation(node);
  return {
    name,
    description,
    place: node.place,
    inputs: inputsOf(request.shape, name, node, omissions),
    reply: reply.shape ?? { kind: 'object', name: `${name} reply`, fields: [], lacks: [] },
    credentials: [],
    way: {
      kind: 'soap',
      version: bound.version,
      action: operation.action,
      element: request.element,
      namespace: request.namespace,
      reply: reply.element,
      replyNamespace: reply.namespace,
    },
    endpoint,
  };
}

interface Body {
  readonly element: string;
  readonly namespace: string;
  /** What is in it; undefined where it is empty. */
  readonly shape: Shape | undefined;
}

function bodyOf(operation: BoundOperation, direction: Direction, wrapper: string, types: Types): Body {
  const { body, message, isMultipart } = direction;
  if (isMultipart) throw new Shapeless('it carries attachments');
  if (!message) throw new Shapeless('one of its messages is not in the contract');
  if (body?.attributes['use'] === 'encoded') throw new Shapeless('its messages are SOAP-encoded (rpc/encoded), not literal');
  const only = body?.attributes['parts']?.split(/\s+/).filter(Boolean);
  const parts = partsOf(message).filter((part) => !only || only.includes(part.attributes['name'] ?? ''));
  if (operation.style === 'rpc')
    return { element: wrapper, namespace: body?.attributes['namespace'] ?? '', shape: rpcShape(parts, operation.name, types) };
  // Parts that travel as headers are no part of the body.
  const headers = new Set(direction.headers.map((header) => header.attributes['part']));
  const bodies = parts.filter((part) => !headers.has(part.attributes['name']));
  if (bodies.length > 1) throw new Shapeless('a message of document style has more than one part');
  const [part] = bodies;
  if (!part) throw new Shapeless('one of its messages is empty');
  const element = qualifiedPart(part, 'element');
  if (element === undefined) throw new Shapeless('a message of document style names a type, not an element');
  const declared = types.library.find('element', element);
  if (!declared) throw new Shapeless(`the element ${localOf(element)} is not in the contract`);
  return { element: localOf(element), namespace: namespaceOf(element), shape: elementShape(declared, localOf(element), types) };
}

/** The content of a body's element; an element without any content has none. */
function elementShape(declared: NonNullable<ReturnType<Types['library']['find']>>, name: string, types: Types): Shape | undefined {
  const hasType = declared.node.attributes['type'] !== undefined || declared.node.children.some((it) => it.name !== 'annotation');
  return hasType ? types.typeOfElement(declared, name) : undefined;
}

function rpcShape(parts: readonly Node[], name: string, types: Types): Shape {
  const fields = parts.map((part): Field => {
    const type = qualifiedPart(part, 'type');
    if (type === undefined) throw new Shapeless('a message of rpc style names an element, not a type');
    const wire = part.attributes['name'] ?? '';
    return { wire, shape: types.named(type, wire), required: true, nullable: false, description: documentation(part) };
  });
  return { kind: 'object', name, fields, lacks: [] };
}

function inputsOf(shape: Shape | undefined, name: string, node: Node, omissions: Omissions): readonly Input[] {
  if (!shape) return [];
  if (shape.kind !== 'object') {
    if (isPlain(shape)) return [{ wire: '#text', shape, required: true, nullable: false, place: 'body' }];
    throw new Shapeless(`its message ${unsaid(shape)}`);
  }
  if (shape.lacks.length > 0) throw new Shapeless(`"${shape.lacks[0]}" of its message must be given, but is left out`);
  return shape.fields.flatMap((field): Input[] => {
    if (isSendableDeep(field.shape, new Set()))
      return [{ ...field, place: 'body', required: field.required && field.shape.kind !== 'list' }];
    if (field.required && !field.nullable) throw new Shapeless(`"${field.wire}" of its message must be given, but ${unsaid(field.shape)}`);
    omissions.add(`"${field.wire}" of ${name}`, node.place, `it ${unsaid(field.shape)}`);
    return [];
  });
}

/** Why no input can say a value. */
const unsaid = (shape: Shape): string => (shape.kind === 'scalar' ? 'may hold anything' : 'is of more than one kind, or holds what is');
