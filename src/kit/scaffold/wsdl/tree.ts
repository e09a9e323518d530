import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { ContractError } from '../contract.ts';
import { fileText } from '../file-text.ts';

/** An element with its namespace known. */
export interface Node {
  readonly name: string;
  readonly namespace: string;
  /** Attributes by name; prefixed ones with their prefix. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Node[];
  readonly text: string;
  /** Namespaces by prefix, as they hold here; the default one under the empty prefix. */
  readonly scope: ReadonlyMap<string, string>;
  /** The file's name and an XPath. */
  readonly place: string;
  readonly file: string;
}

type Raw = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

/** Reads an XML file. A document type is refused: it could name other files, or grow without end. */
export function readTree(file: string): Node {
  const text = fileText(file);
  const name = basename(file);
  if (!/^\s*</.test(text)) throw new ContractError(`${name} is no XML; an OpenAPI contract is given with --openapi`);
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw new ContractError(`${name} has a document type; contracts have none`);
  const checked = XMLValidator.validate(text);
  if (checked !== true) throw new ContractError(`${name}:${checked.err.line}: ${checked.err.msg}`);
  const root = (parser.parse(text) as Raw[]).find((raw) => tagOf(raw) !== undefined);
  if (!root) throw new ContractError(`${name} is empty`);
  return node(root, new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]), `${name}#`, file, new Map());
}

const tagOf = (raw: Raw): string | undefined => Object.keys(raw).find((key) => key !== ':@' && key !== '#text');

function node(raw: Raw, outer: ReadonlyMap<string, string>, above: string, file: string, counts: Map<string, number>): Node {
  const tag = tagOf(raw) ?? '';
  const attributes = (raw[':@'] ?? {}) as Record<string, string>;
  const scope = scopeOf(attributes, outer);
  const [prefix, name] = parted(tag);
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  const mark = attributes['name'] === undefined ? `[${count}]` : `[@name='${attributes['name']}']`;
  const place = `${above}/${name}${above.endsWith('#') ? '' : mark}`;
  const inner = (raw[tag] ?? []) as Raw[];
  const its = new Map<string, number>();
  const children = inner.filter((child) => tagOf(child) !== undefined).map((child) => node(child, scope, place, file, its));
  const text = inner.map((child) => String(child['#text'] ?? '')).join('');
  return { name, namespace: scope.get(prefix) ?? '', attributes, children, text, scope, place, file };
}

function scopeOf(attributes: Readonly<Record<string, string>>, outer: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const own = Object.entries(attributes).filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'));
  return own.length === 0 ? outer : new Map([...outer, ...own.map(([name, value]) => [name.slice(6), value] as const)]);
}

const parted = (name: string): [prefix: string, local: string] => {
  const at = name.indexOf(':');
  return at < 0 ? ['', name] : [name.slice(0, at), name.slice(at + 1)];
};

/** A name with its namespace, as one text. */
export const qualified = (namespace: string, name: string): string => `{${namespace}}${name}`;

/** What a prefixed name in an attribute means where it stands. */
export function resolved(at: Node, name: string): string {
  const [prefix, local] = parted(name.trim());
  return qualified(at.scope.get(prefix) ?? '', local);
}

export const localOf = (name: string): string => name.replace(/^\{[^}]*\}/, '');
export const namespaceOf = (name: string): string => /^\{([^}]*)\}/.exec(name)?.[1] ?? '';
export const childrenOf = (at: Node, ...names: readonly string[]): Node[] => at.children.filter((child) => names.includes(child.name));
export const childOf = (at: Node | undefined, name: string): Node | undefined => at?.children.find((child) => child.name === name);

/** What the contract's author says of a node. */
export function documentation(at: Node): string | undefined {
  const own = childOf(at, 'documentation') ?? childOf(childOf(at, 'annotation'), 'documentation');
  const text = own ? allText(own).trim() : '';
  return text || undefined;
}

const allText = (at: Node): string => [at.text, ...at.children.map(allText)].join(' ');

/** The file an import names; undefined when it names none that can be read. */
export function importedFile(at: Node, location: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]+:/i.test(location)) return undefined;
  const file = resolve(dirname(at.file), decodeURI(location.split('?')[0] ?? ''));
  return existsSync(file) ? file : undefined;
}
