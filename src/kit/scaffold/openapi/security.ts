import type { Credential, Omissions } from '../contract.ts';
import { type Documents, entries, isObject, type Json, type JsonObject, list, text } from './documents.ts';

/** What of a security scheme can be done, or why nothing of it can. `without` is the part that somebody else must do, and why. */
type Reading =
  | { readonly credential?: Credential; readonly without?: string; readonly id: string; readonly place: string }
  | { readonly reason: string };

/** What an operation shows of who asks. */
export type Security = { readonly credentials: readonly Credential[] } | { readonly reason: string };

/**
 * The credentials of an operation: the first alternative that can be done whole, else the first of which only the
 * getting of a token or a client certificate is somebody else's work, which is then named.
 */
export function credentialsOf(documents: Documents, operation: JsonObject, omissions: Omissions): Security {
  const alternatives = list(operation['security'] ?? documents.root['security']);
  if (alternatives.length === 0) return { credentials: [] };
  const all = alternatives.map((it) => entries(it).map(([id, scopes]) => scheme(documents, id, scopes)));
  const possible = all.flatMap((readings) => (readings.every(isPossible) ? [readings] : []));
  const chosen = possible.find((readings) => readings.every((it) => it.without === undefined)) ?? possible[0];
  if (!chosen) return { reason: all.flatMap((readings) => readings.flatMap((it) => ('reason' in it ? [it.reason] : []))).join('; ') };
  for (const { id, without, place } of chosen) if (without) omissions.add(`security scheme ${id}`, place, without);
  return { credentials: chosen.flatMap(({ credential }) => credential ?? []) };
}

type Possible = Exclude<Reading, { readonly reason: string }>;
const isPossible = (reading: Reading): reading is Possible => !('reason' in reading);

function scheme(documents: Documents, id: string, wanted: Json): Reading {
  const components = documents.root['components'];
  const schemes = isObject(components) ? components['securitySchemes'] : undefined;
  const found = documents.follow(isObject(schemes) && Object.hasOwn(schemes, id) ? schemes[id] : undefined);
  if (!isObject(found)) return { reason: `the security scheme "${id}" is not in the contract` };
  const at = { id, place: documents.place(found) };
  const type = text(found['type']);
  if (type === 'apiKey') return apiKey(at, found);
  if (type === 'http') return http(at, text(found['scheme'])?.toLowerCase());
  if (type === 'oauth2') return oauth2(at, found, textsOf(wanted));
  if (type === 'openIdConnect') return signedIn(at, text(found['openIdConnectUrl']));
  if (type === 'mutualTLS')
    return { ...at, without: 'a client certificate is not shown; have a proxy show it, and put the proxy in the setting "url"' };
  return { reason: `"${id}" is of the unknown type "${type}"` };
}

type At = { readonly id: string; readonly place: string };

const textsOf = (it: Json): readonly string[] => list(it).filter((one) => typeof one === 'string');

function apiKey(at: At, found: JsonObject): Reading {
  const place = text(found['in']);
  const name = text(found['name']);
  if (!name || (place !== 'header' && place !== 'query' && place !== 'cookie'))
    return { reason: `"${at.id}" does not say where its key goes` };
  return { ...at, credential: { kind: 'apiKey', id: at.id, in: place, name: place === 'header' ? name.toLowerCase() : name } };
}

function http(at: At, name: string | undefined): Reading {
  if (name === 'basic' || name === 'bearer') return { ...at, credential: { kind: name, id: at.id } };
  return { reason: `"${at.id}" wants the HTTP scheme "${name}"` };
}

function oauth2(at: At, found: JsonObject, scopes: readonly string[]): Reading {
  const flows = isObject(found['flows']) ? found['flows'] : {};
  const own = flows['clientCredentials'];
  const tokenUrl = isObject(own) ? text(own['tokenUrl']) : undefined;
  if (tokenUrl) return { ...at, credential: { kind: 'oauth2', id: at.id, tokenUrl, scopes } };
  const urls = entries(flows).flatMap(([, flow]) =>
    isObject(flow) ? (text(flow['authorizationUrl']) ?? text(flow['tokenUrl']) ?? []) : [],
  );
  return signedIn(at, urls[0]);
}

/** A token that a person signs in for: how it is shown is known, how it is got is not ours. */
function signedIn(at: At, url: string | undefined): Reading {
  const where = url ? ` at ${url}` : '';
  const without = `a person signs in for its token${where}; how the hall gets and renews it is not written, the token itself is a setting`;
  return { ...at, credential: { kind: 'bearer', id: at.id }, without };
}
