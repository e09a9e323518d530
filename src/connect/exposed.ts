import { createHash } from 'node:crypto';
import { Secret } from './secret.ts';

/** Something in a connector's settings that production must not have: where it stands, what it is, and what to do. */
export interface Exposed {
  /** From the connector's entry, like `settings.url`. */
  readonly path: string;
  readonly what: string;
  readonly todo: string;
}

interface Placed {
  readonly path: string;
  readonly value: unknown;
}

const DATABASE = /^(postgres|postgresql|mysql|mariadb):/i;
const LAX = new Set(['disable', 'allow', 'prefer', 'no-verify']);
/** SHA-256 of test keys that sandboxes publish and that do not say so themselves. */
const PUBLISHED = new Set([
  '3015ef44f00ef5cbbdd7a73dc1ca94a1b52f905e8206636e596fb01718be2b30',
  '3d5910d93c5136670e09f1cf3fe2adbe32ead4506115cca2f7134bc45c163620',
]);

/**
 * What in a connector's settings lays open what goes to its agency: addresses without encryption beyond this machine, a check of
 * certificates that is switched off, test keys that everybody can read. Values are never in it.
 */
export function exposedIn(settings: unknown): readonly Exposed[] {
  const values = [...valuesIn(settings)];
  const isAway = values.some(({ value }) => typeof value === 'string' && isRemote(value));
  return values.flatMap(({ path, value }) => faultOf(value, path, isAway) ?? []).concat(openDatabases(settings));
}

/** What `unencrypted` in a connector's entry may allow; nothing allows the rest. */
export const isPlain = ({ what }: Exposed): boolean => what === PLAIN || what === OPEN;

const PLAIN = 'plain http://, which whoever is on the way can read and change';
const OPEN = 'a database without "tls", which whoever is on the way can read and change';

function faultOf(value: unknown, path: string, isAway: boolean): Exposed | undefined {
  if (value instanceof Secret)
    return isAway && isPublished(value.reveal())
      ? { path, what: 'a test key of the sandbox, which everybody can read', todo: 'give the key that the agency gave you' }
      : undefined;
  if (value === false && path.endsWith('.rejectUnauthorized')) return { path, what: UNCHECKED, todo: CHECK };
  if (typeof value !== 'string' || !isRemote(value)) return undefined;
  if (/^http:/i.test(value)) return { path, what: PLAIN, todo: 'use https://, or say why not in "unencrypted" beside "settings"' };
  return LAX.has(new URL(value).searchParams.get('sslmode') ?? '') ? { path, what: UNCHECKED, todo: CHECK } : undefined;
}

const UNCHECKED = 'a check of certificates that is switched off';
const CHECK = 'remove it; an authority of your own is added with NODE_EXTRA_CA_CERTS, or "tls": {"ca": "…"}';

/** Databases say whether they are encrypted beside their address. */
function openDatabases(settings: unknown, path = 'settings'): readonly Exposed[] {
  if (typeof settings !== 'object' || settings === null || settings instanceof Secret) return [];
  const { url, tls } = settings as { url?: unknown; tls?: unknown };
  const isOpen = typeof url === 'string' && DATABASE.test(url) && isRemote(url) && (tls === undefined || tls === false);
  const here = isOpen ? [{ path: `${path}.url`, what: OPEN, todo: 'set "tls", or say why not in "unencrypted" beside "settings"' }] : [];
  return [...here, ...Object.entries(settings).flatMap(([name, each]) => openDatabases(each, `${path}.${name}`))];
}

/** Whether a text is the address of another machine. */
function isRemote(text: string): boolean {
  if (!/^[a-z]+:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { hostname } = new URL(text);
  return hostname !== 'localhost' && hostname !== '[::1]' && !/^127\.\d+\.\d+\.\d+$/.test(hostname);
}

const isPublished = (secret: string): boolean =>
  /\bsandbox\b/.test(secret) || PUBLISHED.has(createHash('sha256').update(secret).digest('hex'));

/** Every value in settings that holds no others, with its place. */
export function* valuesIn(value: unknown, path = 'settings'): Generator<Placed> {
  if (typeof value !== 'object' || value === null || value instanceof Secret) yield { path, value };
  else for (const [name, each] of Object.entries(value)) yield* valuesIn(each, `${path}.${name}`);
}
