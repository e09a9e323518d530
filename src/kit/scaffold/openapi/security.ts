import type { Credential } from '../contract.ts';
import { type Documents, entries, isObject, type Json, type JsonObject, list, text } from './documents.ts';

/** What of a security scheme can be done, or why it cannot. */
type Reading = { readonly credential: Credential } | { readonly reason: string };

/** The credentials of an operation: the first alternative that can be done whole. */
export function credentialsOf(
  documents: Documents,
  operation: JsonObject,
): { readonly credentials: readonly Credential[] } | { readonly reason: string } {
  const security = operation['security'] ?? documents.root['security'];
  const alternatives = list(security);
  if (alternatives.length === 0) return { credentials: [] };
  const reasons: string[] = [];
  for (const alternative of alternatives) {
    const readings = entries(alternative).map(([id, scopes]) => scheme(documents, id, scopes));
    const refused = readings.find((it): it is { reason: string } => 'reason' in it);
    if (!refused) return { credentials: readings.flatMap((it) => ('credential' in it ? [it.credential] : [])) };
    reasons.push(refused.reason);
  }
  return { reason: reasons.join('; ') };
}

function scheme(documents: Documents, id: string, wanted: Json): Reading {
  const components = documents.root['components'];
  const schemes = isObject(components) ? components['securitySchemes'] : undefined;
  const found = documents.follow(isObject(schemes) && Object.hasOwn(schemes, id) ? schemes[id] : undefined);
  if (!isObject(found)) return { reason: `the security scheme "${id}" is not in the contract` };
  const type = text(found['type']);
  if (type === 'apiKey') return apiKey(id, found);
  if (type === 'http') return http(id, text(found['scheme'])?.toLowerCase());
  if (type === 'oauth2')
    return oauth2(
      id,
      found,
      list(wanted).filter((it) => typeof it === 'string'),
    );
  if (type === 'mutualTLS') return { reason: `"${id}" wants a client certificate` };
  return { reason: `"${id}" wants a person to sign in (${type})` };
}

function apiKey(id: string, found: JsonObject): Reading {
  const place = text(found['in']);
  const name = text(found['name']);
  if (!name || (place !== 'header' && place !== 'query' && place !== 'cookie'))
    return { reason: `"${id}" does not say where its key goes` };
  return { credential: { kind: 'apiKey', id, in: place, name: place === 'header' ? name.toLowerCase() : name } };
}

function http(id: string, name: string | undefined): Reading {
  if (name === 'basic' || name === 'bearer') return { credential: { kind: name, id } };
  return { reason: `"${id}" wants the HTTP scheme "${name}"` };
}

function oauth2(id: string, found: JsonObject, scopes: readonly string[]): Reading {
  const flows = found['flows'];
  const flow = isObject(flows) ? flows['clientCredentials'] : undefined;
  const tokenUrl = isObject(flow) ? text(flow['tokenUrl']) : undefined;
  if (!tokenUrl) return { reason: `"${id}" offers no client credentials, only flows in which a person signs in` };
  return { credential: { kind: 'oauth2', id, tokenUrl, scopes } };
}
