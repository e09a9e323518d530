import { basename } from 'node:path';
import { ContractError, type Omissions } from '../contract.ts';
import { Library, XSD } from './library.ts';
import { childrenOf, importedFile, type Node, qualified, readTree } from './tree.ts';

const KINDS = ['message', 'portType', 'binding', 'service'] as const;
type Kind = (typeof KINDS)[number];

/** The parts of a WSDL contract, its imports taken in. */
export interface Definitions {
  readonly root: Node;
  readonly library: Library;
  readonly services: readonly Node[];
  find(kind: Kind, name: string): Node | undefined;
  all(kind: Kind): readonly Node[];
}

/** Reads a WSDL file with everything it imports. */
export function readDefinitions(file: string, omissions: Omissions): Definitions {
  const library = new Library(omissions);
  const parts = new Map<string, Node>();
  const schemas: Node[] = [];
  const read = new Set<string>();
  const root = readTree(file);
  if (root.name === 'description') throw new ContractError(`${basename(file)} is WSDL 2.0; 1.1 is read`);
  if (root.name !== 'definitions') throw new ContractError(`${basename(file)} is no WSDL contract: its root is <${root.name}>`);

  function take(at: Node): void {
    read.add(at.file);
    const target = at.attributes['targetNamespace'] ?? '';
    for (const child of at.children) {
      if (child.name === 'import') follow(child);
      if (child.name === 'types') schemas.push(...child.children.filter((it) => it.name === 'schema' && it.namespace === XSD));
      const name = child.attributes['name'] ?? '';
      if (KINDS.some((kind) => kind === child.name)) parts.set(`${child.name} ${qualified(target, name)}`, child);
    }
  }

  function follow(at: Node): void {
    const location = at.attributes['location'] ?? '';
    const imported = importedFile(at, location);
    if (!imported) omissions.add(`import of ${location}`, at.place, 'it is on the network or missing; only files are read');
    if (!imported || read.has(imported)) return;
    const tree = readTree(imported);
    read.add(imported);
    if (tree.name === 'schema') schemas.push(tree);
    else take(tree);
  }

  take(root);
  for (const schema of schemas) library.add(schema);
  const all = (kind: Kind) => [...parts].filter(([key]) => key.startsWith(`${kind} `)).map(([, node]) => node);
  return { root, library, services: all('service'), find: (kind, name) => parts.get(`${kind} ${name}`), all };
}

/** The messages' parts, by name. */
export const partsOf = (message: Node | undefined): readonly Node[] => (message ? childrenOf(message, 'part') : []);
