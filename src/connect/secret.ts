import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { inspect } from 'node:util';
import { z } from 'zod';

/** A secret that cannot be printed by accident: only {@link Secret.reveal} gives it away. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  /** The secret itself; call it where it is used, never keep the result. */
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return '[secret]';
  }
  toJSON(): string {
    return '[secret]';
  }
  [inspect.custom](): string {
    return '[secret]';
  }
}

/** A secret in a connector's settings. In the file it is a reference, never the secret: `{"env": "NAME"}` or `{"file": "path"}`. */
export const secret = () =>
  z.instanceof(Secret, { error: 'a secret is given by reference, {"env": "NAME"} or {"file": "path"}, never in the file itself' });

/** Where secrets may come from. */
export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that relative file references start from. */
  readonly folder: string;
  /** Whether `{"sandbox": "…"}` is taken, the form in which sandbox agencies publish their test secrets. */
  readonly sandbox: boolean;
}

/** Replaces every reference to a secret in raw settings by a {@link Secret}. Throws with the place when one cannot be read. */
export function resolveSecrets(raw: unknown, sources: SecretSources, path = ''): unknown {
  if (Array.isArray(raw)) return raw.map((item, i) => resolveSecrets(item, sources, `${path}[${i}]`));
  if (typeof raw !== 'object' || raw === null) return raw;
  const entries = Object.entries(raw);
  if (entries.length === 1) {
    const [kind, name] = entries[0] as [string, unknown];
    if (typeof name === 'string' && kind in READERS) return READERS[kind as Kind](name, sources, path);
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, resolveSecrets(item, sources, path ? `${path}.${key}` : key)]));
}

const READERS = {
  env(name: string, sources: SecretSources, path: string): Secret {
    const value = sources.env[name];
    if (!value) throw new Error(`${path}: the environment variable ${name} is not set`);
    return new Secret(value);
  },
  file(name: string, sources: SecretSources, path: string): Secret {
    try {
      return new Secret(readFileSync(resolve(sources.folder, name), 'utf8').trim());
    } catch (cause) {
      throw new Error(`${path}: the secret file ${name} cannot be read`, { cause });
    }
  },
  sandbox(value: string, sources: SecretSources, path: string): Secret {
    if (!sources.sandbox) throw new Error(`${path}: sandbox secrets are taken in the sandbox profile only`);
    return new Secret(value);
  },
};

type Kind = keyof typeof READERS;
