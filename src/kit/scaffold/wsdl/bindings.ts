import type { Omissions } from '../contract.ts';
import type { Definitions } from './definitions.ts';
import { childOf, childrenOf, type Node, resolved } from './tree.ts';

const SOAP11 = 'http://schemas.xmlsoap.org/wsdl/soap/';
const SOAP12 = 'http://schemas.xmlsoap.org/wsdl/soap12/';

export interface Bound {
  readonly version: '1.1' | '1.2';
  readonly binding: Node;
  readonly portType: Node;
  readonly address: string | undefined;
}

/** The SOAP bindings a contract offers, in the order of its ports. All of one version: 1.1 where there is any. */
export function bindingsOf(definitions: Definitions, omissions: Omissions): readonly Bound[] {
  const ports = definitions.services.flatMap((service) => childrenOf(service, 'port'));
  const bound = ports.flatMap((port) => {
    const binding = definitions.find('binding', resolved(port, port.attributes['binding'] ?? ''));
    return binding ? boundOf(definitions, binding, childOf(port, 'address')?.attributes['location'], port, omissions) : [];
  });
  const all =
    ports.length > 0
      ? bound
      : definitions.all('binding').flatMap((binding) => boundOf(definitions, binding, undefined, binding, omissions));
  const version = all.some((it) => it.version === '1.1') ? '1.1' : '1.2';
  return all.filter((it) => it.version === version);
}

function boundOf(definitions: Definitions, binding: Node, address: string | undefined, at: Node, omissions: Omissions): Bound[] {
  const soap = binding.children.find((child) => child.name === 'binding' && (child.namespace === SOAP11 || child.namespace === SOAP12));
  const name = at.attributes['name'] ?? '';
  if (!soap) {
    omissions.add(`port ${name}`, at.place, 'its binding is not SOAP');
    return [];
  }
  const transport = soap.attributes['transport'] ?? '';
  if (transport && !/\/http\/?$|bindings\/HTTP/i.test(transport)) {
    omissions.add(`port ${name}`, at.place, `it travels over ${transport}, not HTTP`);
    return [];
  }
  const portType = definitions.find('portType', resolved(binding, binding.attributes['type'] ?? ''));
  return portType ? [{ version: soap.namespace === SOAP12 ? '1.2' : '1.1', binding, portType, address }] : [];
}

/** An operation as its binding and its port type describe it together. */
export interface BoundOperation {
  readonly name: string;
  readonly node: Node;
  readonly style: 'document' | 'rpc';
  readonly action: string;
  readonly input: Direction;
  readonly output: Direction | undefined;
}

export interface Direction {
  /** The `soap:body`. */
  readonly body: Node | undefined;
  readonly headers: readonly Node[];
  readonly message: Node | undefined;
  /** Whether it carries attachments. */
  readonly isMultipart: boolean;
}

/** The operations of a binding. */
export function operationsOf(definitions: Definitions, { binding, portType }: Bound): readonly BoundOperation[] {
  const soap = binding.children.find((child) => child.name === 'binding');
  return childrenOf(binding, 'operation').flatMap((bound): BoundOperation[] => {
    const name = bound.attributes['name'] ?? '';
    const inputName = childOf(bound, 'input')?.attributes['name'];
    const same = childrenOf(portType, 'operation').filter((it) => it.attributes['name'] === name);
    const abstract = same.find((it) => inputName !== undefined && childOf(it, 'input')?.attributes['name'] === inputName) ?? same[0];
    if (!abstract) return [];
    const own = bound.children.find((child) => child.name === 'operation');
    const style = (own?.attributes['style'] ?? soap?.attributes['style']) === 'rpc' ? 'rpc' : 'document';
    const direction = (word: 'input' | 'output'): Direction | undefined => {
      const message = childOf(abstract, word)?.attributes['message'];
      if (message === undefined) return undefined;
      const parts = childOf(bound, word)?.children ?? [];
      const isMultipart = parts.some((it) => it.name === 'multipartRelated');
      return {
        body: parts.find((it) => it.name === 'body'),
        headers: parts.filter((it) => it.name === 'header'),
        message: definitions.find('message', resolved(childOf(abstract, word) as Node, message)),
        isMultipart,
      };
    };
    const input = direction('input') ?? { body: undefined, headers: [], message: undefined, isMultipart: false };
    const label = same.length > 1 && inputName ? inputName : name;
    return [{ name: label, node: abstract, style, action: own?.attributes['soapAction'] ?? '', input, output: direction('output') }];
  });
}

export const rpcName = (operation: BoundOperation): string => operation.node.attributes['name'] ?? operation.name;
export const qualifiedPart = (part: Node, attribute: 'element' | 'type'): string | undefined => {
  const name = part.attributes[attribute];
  return name === undefined ? undefined : resolved(part, name);
};
