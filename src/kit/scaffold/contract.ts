/**
 * Glossary of the contract importer.
 *
 * - contract 接口契约: an agency's own description of its interface (OpenAPI or WSDL), read into one neutral model.
 * - operation 操作: one question the contract offers.
 * - shape 形状: what a value looks like on the wire; shapes refer to each other directly and may go in circles.
 * - left out 未译部分: what cannot be translated, with its place in the contract and the reason.
 * - credential 凭证: how the agency wants to be told who asks.
 */

/**
 * - `text` `boolean` `number`: as they are. `int32`: within 32 bits. `integer`: whole, its size not said.
 * - `int64`: whole, may go beyond 2^53, handled as digits. `date`: YYYY-MM-DD. `instant`: RFC 3339 with an offset.
 * - `mixed`: text, number or boolean, handled as text. `json`: anything, handled as JSON text.
 */
export type Scalar = 'text' | 'boolean' | 'number' | 'int32' | 'integer' | 'int64' | 'date' | 'instant' | 'mixed' | 'json';

export interface ScalarShape {
  readonly kind: 'scalar';
  readonly scalar: Scalar;
  /** A value that fits, for samples. */
  readonly sample?: string | number | undefined;
}

export interface EnumShape {
  readonly kind: 'enum';
  readonly name: string;
  readonly description?: string | undefined;
  readonly values: readonly string[];
}

export interface Field {
  /** Name on the wire; in XML `@name` is an attribute and `#text` an element's own text. */
  readonly wire: string;
  shape: Shape;
  /** Whether it must be there. */
  required: boolean;
  /** Whether it may be there without a value. */
  readonly nullable: boolean;
  readonly description?: string | undefined;
  /** XML: the namespace its name is qualified with. */
  readonly namespace?: string | undefined;
}

export interface ObjectShape {
  readonly kind: 'object';
  readonly name: string;
  readonly description?: string | undefined;
  readonly fields: Field[];
  /** Members that must be there and are left out: such an object can be read, not sent. */
  readonly lacks: string[];
}

export interface ListShape {
  readonly kind: 'list';
  of: Shape;
  /** Whether an item may be null. */
  nullable: boolean;
}

export interface MapShape {
  readonly kind: 'map';
  readonly name: string;
  of: Shape;
  nullable: boolean;
}

export interface Variant {
  /** Name of the variant: the discriminator's value, or what it is. */
  readonly name: string;
  /** Values of the discriminator that mean it. */
  readonly values: readonly string[];
  shape: Shape;
}

/** One of several shapes: told apart by a property, or by which of them fit. */
export interface VariantsShape {
  readonly kind: 'variants';
  readonly name: string;
  readonly description?: string | undefined;
  readonly by?: string | undefined;
  readonly variants: Variant[];
}

export type Shape = ScalarShape | EnumShape | ObjectShape | ListShape | MapShape | VariantsShape;

/** Where an input of an operation goes: `body` is one member of the body, `content` the whole of it. */
export type InputPlace = 'path' | 'query' | 'header' | 'body' | 'content';

export interface Input extends Field {
  readonly place: InputPlace;
  /** How a list is written in a query: repeated, or joined. */
  readonly joined?: string | undefined;
}

export type Credential =
  | { readonly kind: 'apiKey'; readonly id: string; readonly in: 'header' | 'query' | 'cookie'; readonly name: string }
  | { readonly kind: 'basic'; readonly id: string }
  | { readonly kind: 'bearer'; readonly id: string }
  | { readonly kind: 'oauth2'; readonly id: string; readonly tokenUrl: string; readonly scopes: readonly string[] };

/** How one operation travels over HTTP with JSON. */
export interface RestWay {
  readonly kind: 'rest';
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Media type of the reply. */
  readonly accept: string;
  /** Whether status 404 means "no such record". */
  readonly absentBy404: boolean;
}

/** How one operation travels over SOAP. */
export interface SoapWay {
  readonly kind: 'soap';
  readonly version: '1.1' | '1.2';
  readonly action: string;
  /** The element of the request's body. */
  readonly element: string;
  readonly namespace: string;
  /** The element of the reply's body. */
  readonly reply: string;
  readonly replyNamespace: string;
}

export interface Operation {
  /** Its name in the contract, or one made from method and path. */
  readonly name: string;
  readonly description?: string | undefined;
  readonly place: string;
  readonly inputs: readonly Input[];
  reply: Shape;
  readonly credentials: readonly Credential[];
  readonly way: RestWay | SoapWay;
  /** Which of the contract's endpoints it is sent to. */
  readonly endpoint: number;
}

/** What was not translated. */
export interface LeftOut {
  readonly what: string;
  /** JSON pointer or XPath, after the file's name. */
  readonly place: string;
  readonly reason: string;
}

export interface Contract {
  readonly kind: 'openapi' | 'wsdl' | 'blank';
  readonly title: string;
  readonly version?: string | undefined;
  readonly description?: string | undefined;
  /** Addresses the contract names; the first is the main one. */
  readonly endpoints: readonly string[];
  readonly operations: readonly Operation[];
  readonly leftOut: readonly LeftOut[];
  /** Remarks for the README that are no omissions. */
  readonly notes: readonly string[];
  /** SOAP: the charset of messages, where it is not UTF-8. */
  readonly charset?: 'gb18030' | undefined;
}

/** A contract that cannot be read at all, or a wish that it cannot fulfil. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
}

/** Collects what is left out; the same thing is named once. */
export class Omissions {
  readonly #all = new Map<string, LeftOut>();

  add(what: string, place: string, reason: string): void {
    this.#all.set(`${what}\n${place}\n${reason}`, { what, place, reason });
  }

  get all(): readonly LeftOut[] {
    return [...this.#all.values()];
  }
}
