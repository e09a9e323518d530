import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { ContractError } from '../contract.ts';
import { fileText } from '../file-text.ts';

/** A node of a contract: plain data as JSON and YAML know it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

export const isObject = (it: unknown): it is JsonObject => typeof it === 'object' && it !== null && !Array.isArray(it);
export const text = (it: unknown): string | undefined => (typeof it === 'string' ? it : undefined);
export const list = (it: unknown): readonly Json[] => (Array.isArray(it) ? it : []);
export const entries = (it: unknown): readonly (readonly [string, Json])[] =>
  isObject(it) ? (Object.entries(it) as [string, Json][]) : [];

/** A reference that leads nowhere. */
export class DeadReference extends Error {
  override readonly name = 'DeadReference';
}

const MOST_STEPS = 50;

/** The files of one contract. References are followed one at a time, so a contract that goes in circles costs nothing. */
export class Documents {
  readonly #files = new Map<string, Json>();
  readonly #places = new WeakMap<object, { readonly file: string; readonly pointer: string }>();
  /** The contract's own file. */
  readonly root: JsonObject;

  constructor(file: string) {
    const root = this.#load(resolve(file));
    if (!isObject(root)) throw new ContractError(`${basename(file)} holds no contract: the top level must be an object`);
    this.root = root;
  }

  /** Where a node stands: the file's name and a JSON pointer. */
  place(node: unknown): string {
    const known = typeof node === 'object' && node !== null ? this.#places.get(node) : undefined;
    return known ? `${basename(known.file)}#${known.pointer}` : '#';
  }

  /** Marks a node that was made here, not read, with the place of the one it was made from. */
  adopt<T extends object>(made: T, from: object): T {
    const known = this.#places.get(from);
    if (known && !this.#places.has(made)) this.#places.set(made, known);
    return made;
  }

  /** The last word of the pointer a node stands at. */
  nameOf(node: object): { readonly name: string; readonly parent: string } {
    const parts = (this.#places.get(node)?.pointer ?? '').split('/').map(unescaped);
    return { name: parts.at(-1) ?? '', parent: parts.at(-2) ?? '' };
  }

  /** The node itself, or the one its `$ref` leads to. Throws {@link DeadReference}. */
  follow(node: Json | undefined): Json | undefined {
    let here = node;
    for (let steps = 0; isObject(here) && typeof here['$ref'] === 'string'; steps++) {
      if (steps > MOST_STEPS) throw new DeadReference('the reference goes in a circle');
      here = this.#target(here['$ref'], here);
    }
    return here;
  }

  /**
   * A path or an operation whose `$ref` has words of its own beside it: these go before what it leads to, parameters are
   * added. The specification leaves it open; contracts in several files write it.
   */
  merged(node: Json | undefined, steps = 0): Json | undefined {
    if (steps > MOST_STEPS) throw new DeadReference('the reference goes in a circle');
    if (!isObject(node) || typeof node['$ref'] !== 'string') return node;
    const { $ref: _, ...own } = node;
    const target = this.merged(this.#target(node['$ref'], node), steps + 1);
    if (!isObject(target) || Object.keys(own).length === 0) return target;
    const parameters = [...list(target['parameters']), ...list(own['parameters'])];
    return this.adopt({ ...target, ...own, ...(parameters.length > 0 ? { parameters } : {}) }, target);
  }

  #target(reference: string, from: JsonObject): Json {
    const [address = '', pointer = ''] = reference.split('#');
    if (/^[a-z][a-z0-9+.-]+:/i.test(address)) throw new DeadReference(`${reference} is on the network; only files are read`);
    const here = this.#places.get(from)?.file ?? '';
    const file = address ? resolve(dirname(here), decoded(address)) : here;
    if (!this.#files.has(file) && !existsSync(file)) throw new DeadReference(`there is no file ${address}`);
    let node: Json | undefined = this.#load(file);
    for (const part of decoded(pointer).split('/').slice(1)) node = step(node, unescaped(part));
    if (node === undefined) throw new DeadReference(`${reference} leads nowhere`);
    return node;
  }

  #load(file: string): Json {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const content = parsed(file);
    this.#files.set(file, content);
    this.#locate(content, file);
    return content;
  }

  #locate(root: Json, file: string): void {
    const waiting: [Json, string][] = [[root, '']];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [node, pointer] = next;
      if (typeof node !== 'object' || node === null || this.#places.has(node)) continue;
      this.#places.set(node, { file, pointer });
      for (const [name, child] of Object.entries(node)) waiting.push([child as Json, `${pointer}/${escaped(name)}`]);
    }
  }
}

const step = (node: Json | undefined, name: string): Json | undefined => {
  if (typeof node !== 'object' || node === null) return undefined;
  return Object.hasOwn(node, name) ? (node as JsonObject)[name] : undefined;
};

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
const unescaped = (name: string): string => name.replaceAll('~1', '/').replaceAll('~0', '~');

/** What is handed in for OpenAPI at times, and what to do with it. */
const OTHERS: readonly (readonly [sign: RegExp, what: string])[] = [
  [/^\s*</, 'XML, not OpenAPI; a WSDL contract is given with --wsdl'],
  [/^#%RAML/, 'RAML; convert it to OpenAPI 3 first'],
];

/** JSON or YAML 1.2; an alias may not be used to blow a small file up. */
function parsed(file: string): Json {
  const content = fileText(file);
  const other = OTHERS.find(([sign]) => sign.test(content));
  if (other) throw new ContractError(`${basename(file)} is ${other[1]}`);
  if (/^\s*\{/.test(content)) {
    try {
      return JSON.parse(content) as Json;
    } catch {
      // YAML in flow style begins with a brace too.
    }
  }
  const lines = new LineCounter();
  const document = parseDocument(content, { merge: true, uniqueKeys: false, lineCounter: lines });
  const [error] = document.errors;
  if (error) throw new ContractError(`${basename(file)}:${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`);
  try {
    return document.toJS({ maxAliasCount: 10_000 }) as Json;
  } catch (cause) {
    throw new ContractError(`${basename(file)}: ${(cause as Error).message}`, { cause });
  }
}
