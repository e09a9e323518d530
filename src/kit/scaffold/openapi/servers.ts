import { isObject, type Json, type JsonObject, list, text } from './documents.ts';

/** The addresses of a contract: one for all, unless a path or an operation has its own. */
export class Servers {
  readonly #root: readonly Json[];
  readonly #urls: string[] = [];

  constructor(root: JsonObject) {
    this.#root = list(root['servers']);
    const [main] = this.#root;
    this.#urls.push((main === undefined ? undefined : serverUrl(main)) ?? '/');
  }

  /** Addresses in the order in which operations name them; a place on the agency's own machine stays a path. */
  get endpoints(): readonly string[] {
    return this.#urls;
  }

  /** Which of the addresses an operation is sent to. */
  endpointOf(item: JsonObject, operation: JsonObject): number {
    const [own] = [operation['servers'], item['servers']].map(list).find((it) => it.length > 0) ?? [];
    const url = own === undefined ? this.#urls[0] : serverUrl(own);
    if (url === undefined) return 0;
    const known = this.#urls.indexOf(url);
    return known < 0 ? this.#urls.push(url) - 1 : known;
  }

  /** What to know of the addresses beside the main one. */
  get notes(): readonly string[] {
    const others = this.#root.slice(1).flatMap((it) => {
      const words = isObject(it) ? text(it['description']) : undefined;
      const url = serverUrl(it);
      return url ? [words ? `${url} (${words})` : url] : [];
    });
    return others.length > 0 ? [`Other addresses that the contract names: ${others.join(', ')}.`] : [];
  }
}

/** The address a server entry names, its variables at their defaults. */
function serverUrl(server: Json): string | undefined {
  if (!isObject(server) || typeof server['url'] !== 'string') return undefined;
  const variables = server['variables'];
  return server['url'].replace(/\{([^}]+)\}/g, (whole, name: string) => {
    const variable = isObject(variables) ? variables[name] : undefined;
    const known = isObject(variable) ? (variable['default'] ?? list(variable['enum'])[0]) : undefined;
    return known === undefined ? whole : String(known);
  });
}
