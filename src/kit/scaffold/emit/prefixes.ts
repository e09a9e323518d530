import type { Field, Operation, Shape } from '../contract.ts';
import type { Plan } from '../plan.ts';
import { reachable } from '../settle.ts';

const XML = 'http://www.w3.org/XML/1998/namespace';

/** Prefixes of XML namespaces: `ns` where all operations share one, a number of its own for every other. */
export class Prefixes {
  readonly #names = new Map<string, string>();

  constructor(plan: Plan) {
    const own = new Set(plan.operations.map(({ operation }) => (operation.way.kind === 'soap' ? operation.way.namespace : '')));
    const [only = ''] = own;
    this.#names.set(XML, 'xml');
    if (own.size === 1 && only) this.#names.set(only, 'ns');
  }

  /** An element's name as it is sent. */
  element(field: Field): string {
    if (!field.namespace) return field.wire;
    const prefix = this.of(field.namespace);
    return field.wire.startsWith('@') ? `@${prefix}:${field.wire.slice(1)}` : `${prefix}:${field.wire}`;
  }

  of(namespace: string): string {
    const known = this.#names.get(namespace);
    if (known) return known;
    const name = `n${this.#names.size}`;
    this.#names.set(namespace, name);
    return name;
  }

  /** The declarations that some fields and everything in them need, as attributes. `ns` is declared by who writes the envelope. */
  declarations(fields: readonly Field[], withNs: boolean): [string, string][] {
    const inner = reachable(fields.map((field) => field.shape)).flatMap((shape: Shape) => (shape.kind === 'object' ? shape.fields : []));
    const used = new Set([...fields, ...inner].flatMap((field) => field.namespace ?? []).filter((it) => it && it !== XML));
    const all = [...used].map((namespace) => [`@xmlns:${this.of(namespace)}`, namespace] as [string, string]);
    return withNs ? all : all.filter(([name]) => name !== '@xmlns:ns');
  }
}

export const isSoap = (operation: Operation): operation is Operation & { way: Extract<Operation['way'], { kind: 'soap' }> } =>
  operation.way.kind === 'soap';
