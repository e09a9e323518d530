import type { Input, Omissions, Shape } from '../contract.ts';
import { isPlain, isSendableDeep } from '../sendable.ts';
import { DeadReference, type Documents, entries, isObject, type Json, type JsonObject, list, text } from './documents.ts';
import { flatten } from './flat.ts';
import { jsonContent } from './media.ts';
import type { Schemas } from './schemas.ts';

/** An operation that cannot be asked, and why. */
export class Unaskable extends Error {
  override readonly name = 'Unaskable';
}

export interface InputTools {
  readonly documents: Documents;
  readonly omissions: Omissions;
  readonly schemas: Schemas;
}

/** An operation and the path it belongs to. */
export interface Asked {
  readonly method: string;
  readonly item: JsonObject;
  readonly operation: JsonObject;
  readonly name: string;
}

export interface Inputs {
  readonly inputs: readonly Input[];
  /** The media type to ask for, where the contract lists it as a header of its own. */
  readonly accept: string | undefined;
  /** Whether `authorization` must be sent, whatever the contract says of security. */
  readonly isAuthorized: boolean;
}

/** The inputs of an operation. Throws {@link Unaskable} when one that must be given cannot be. */
export function inputsOf(tools: InputTools, { method, item, operation, name }: Asked): Inputs {
  const parameters = parametersOf(tools, item, operation);
  const header = (wanted: string) => parameters.find((it) => it['in'] === 'header' && text(it['name'])?.toLowerCase() === wanted);
  const body = method === 'get' ? optionalBody : bodyInputs;
  return {
    inputs: [...parameters.flatMap((it) => parameterInputs(tools, it, name)), ...body(tools, operation['requestBody'], name)],
    accept: onlyValue(tools, header('accept')),
    isAuthorized: header('authorization')?.['required'] === true,
  };
}

/** The parameters of an operation; its own stand before those of its path. */
function parametersOf(tools: InputTools, path: JsonObject, operation: JsonObject): readonly JsonObject[] {
  const byPlace = new Map<string, JsonObject>();
  for (const raw of [...list(path['parameters']), ...list(operation['parameters'])]) {
    const parameter = followed(tools, raw);
    if (parameter) byPlace.set(`${parameter['in']} ${parameter['name']}`, parameter);
  }
  return [...byPlace.values()];
}

/** The one value a parameter may have, or has unless told otherwise. */
function onlyValue({ documents }: InputTools, parameter: JsonObject | undefined): string | undefined {
  const { values, preset } = flatten(documents, parameter?.['schema']);
  return text(values?.length === 1 ? values[0] : preset);
}

function followed({ documents, omissions }: InputTools, raw: Json): JsonObject | undefined {
  try {
    const found = documents.follow(raw);
    return isObject(found) ? found : undefined;
  } catch (cause) {
    if (!(cause instanceof DeadReference)) throw cause;
    omissions.add('a parameter', documents.place(raw), cause.message);
    return undefined;
  }
}

/** Headers that HTTP or the gateway itself fills. */
const OWN_HEADERS = new Set(['accept', 'content-type', 'authorization', 'content-length', 'host']);

function parameterInputs(tools: InputTools, parameter: JsonObject, operation: string): readonly Input[] {
  const place = text(parameter['in']);
  const wire = text(parameter['name']) ?? '';
  const required = parameter['required'] === true || place === 'path';
  if (place === 'header' && OWN_HEADERS.has(wire.toLowerCase())) return [];
  try {
    if (place !== 'path' && place !== 'query' && place !== 'header') throw new Unaskable(`a parameter in "${place}" is not sent`);
    if (!wire || wire === '__proto__') throw new Unaskable('the parameter has no usable name');
    return [placed(tools, parameter, place, wire, required, operation)].flat();
  } catch (cause) {
    if (!(cause instanceof DeadReference) && !(cause instanceof Unaskable)) throw cause;
    if (required) throw new Unaskable(`the parameter "${wire}" must be given, but ${cause.message}`);
    tools.omissions.add(`parameter "${wire}" of ${operation}`, tools.documents.place(parameter), cause.message);
    return [];
  }
}

function placed(
  tools: InputTools,
  parameter: JsonObject,
  place: 'path' | 'query' | 'header',
  wire: string,
  required: boolean,
  operation: string,
): Input | Input[] {
  if (parameter['schema'] === undefined && isObject(parameter['content']))
    throw new Unaskable('its value is a document of its own ("content")');
  const schema = parameter['schema'] ?? {};
  const { shape: whole, nullable, description } = tools.schemas.use(schema, `${operation} ${wire}`);
  const shape = oneOrMany(whole);
  const said = text(parameter['description']) ?? description;
  if (shape.kind === 'object' && place === 'query') return spread(parameter, shape, wire, required);
  if (!isSendable(shape)) throw new Unaskable(`its value is no plain value or list, but ${kindOf(shape)}`);
  const style = text(parameter['style']);
  if (place === 'path' && style !== undefined && style !== 'simple') throw new Unaskable(`the path style "${style}" is not written`);
  const name = place === 'header' ? wire.toLowerCase() : wire;
  return {
    wire: name,
    shape,
    required,
    // A path has no place for null, whatever the schema says.
    nullable: nullable && place !== 'path',
    description: said,
    place,
    joined: shape.kind === 'list' ? joiner(parameter, place) : undefined,
  };
}

const JOINERS: Readonly<Record<string, string>> = { form: ',', simple: ',', spaceDelimited: ' ', pipeDelimited: '|' };

/** How a list is joined; undefined where each item repeats the name. */
function joiner(parameter: JsonObject, place: string): string | undefined {
  if (place !== 'query') return ',';
  const style = text(parameter['style']) ?? 'form';
  const explode = parameter['explode'] ?? style === 'form';
  return explode === true ? undefined : (JOINERS[style] ?? ',');
}

const isSendable = (shape: Shape): boolean => isPlain(shape) || (shape.kind === 'list' && isPlain(shape.of));

const KINDS = { list: 'a list of more than plain values', map: 'an open object', object: 'an object', variants: 'of several kinds' };
const kindOf = (shape: Shape): string => (shape.kind === 'scalar' || shape.kind === 'enum' ? 'anything' : KINDS[shape.kind]);

/** A plain value or a list of them is a list: one value is a list of one. */
function oneOrMany(shape: Shape): Shape {
  if (shape.kind !== 'variants' || !shape.variants.every((it) => isSendable(it.shape))) return shape;
  const lists = shape.variants.filter((it) => it.shape.kind === 'list');
  return lists.length === 1 && shape.variants.length === 2 ? (lists[0]?.shape ?? shape) : shape;
}

/** An object in a query: one parameter per property, by its style. */
function spread(parameter: JsonObject, shape: Extract<Shape, { kind: 'object' }>, wire: string, required: boolean): Input[] {
  const style = text(parameter['style']) ?? 'form';
  const isDeep = style === 'deepObject';
  if (!isDeep && !(style === 'form' && parameter['explode'] !== false))
    throw new Unaskable(`an object in the style "${style}" is not written`);
  const wrong = shape.fields.find((field) => !isSendable(field.shape));
  if (wrong) throw new Unaskable(`its property "${wrong.wire}" is no plain value or list`);
  return shape.fields.map((field) => ({
    ...field,
    wire: isDeep ? `${wire}[${field.wire}]` : field.wire,
    required: required && field.required,
    place: 'query' as const,
  }));
}

/** The body of a GET has no meaning (RFC 9110, 9.3.1): it is left out, unless the contract insists on it. */
function optionalBody(tools: InputTools, raw: Json | undefined, operation: string): readonly Input[] {
  const body = tools.documents.follow(raw);
  if (!isObject(body)) return [];
  if (body['required'] === true) throw new Unaskable('its GET wants a body, which is not sent');
  tools.omissions.add(`body of ${operation}`, tools.documents.place(body), 'the body of a GET has no meaning and is not sent');
  return [];
}

function bodyInputs(tools: InputTools, raw: Json | undefined, operation: string): readonly Input[] {
  const { documents, schemas } = tools;
  const body = documents.follow(raw);
  if (!isObject(body)) return [];
  const content = jsonContent(documents, body['content']);
  if (!content)
    throw new Unaskable(
      `its body is ${
        entries(body['content'])
          .map(([media]) => media)
          .join(', ') || 'not described'
      }, not JSON`,
    );
  const { shape } = schemas.use(content.schema, `${operation} request`);
  const required = body['required'] === true;
  if (shape.kind !== 'object') return [wholeBody(shape, required, text(body['description']))];
  if (shape.lacks.length > 0) throw new Unaskable(`"${shape.lacks[0]}" of its body must be given, but is left out`);
  return shape.fields.flatMap((field): Input[] => {
    if (isSendableDeep(field.shape, new Set())) return [{ ...field, required: required && field.required, place: 'body' }];
    if (required && field.required) throw new Unaskable(`"${field.wire}" of its body must be given, but is no plain value, list or object`);
    tools.omissions.add(
      `"${field.wire}" in the body of ${operation}`,
      documents.place(content.schema),
      'its value is no plain value, list or object',
    );
    return [];
  });
}

/** A body that is a list, or one of several objects, is one input. */
function wholeBody(shape: Shape, required: boolean, description: string | undefined): Input {
  if (!isSendableDeep(shape, new Set())) throw new Unaskable(`its body is ${kindOf(shape)}`);
  return { wire: 'body', shape, required, nullable: false, description, place: 'content' };
}
