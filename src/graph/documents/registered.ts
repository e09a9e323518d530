import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { z } from 'zod';

/** Documents by their SHA-256 in lower-case hexadecimal. */
export type Manifest = Readonly<Record<string, string>>;

/** What a manifest file must hold. */
export const manifestShape: z.ZodType<Manifest> = z.record(
  z.string().regex(/^[0-9a-f]{64}$/, 'a key is the SHA-256 of its document: 64 lower-case hexadecimal digits'),
  z.string().min(1),
);

export const hashOf = (source: string): string => createHash('sha256').update(source).digest('hex');

/** A document and the file it stands in. */
interface FiledDocument {
  readonly file: string;
  readonly source: string;
}

/** The manifest of documents, each as `check` accepts it. Throws with the file and the place of the first that is wrong. */
export function manifestOf(documents: readonly FiledDocument[], check: (source: string) => readonly GraphQLError[]): Manifest {
  for (const { file, source } of documents) {
    const [error] = check(source);
    if (error) throw new Error(`${file}${placeOf(error)}: ${error.message}`);
  }
  return Object.fromEntries(documents.map(({ source }) => [hashOf(source), source]).sort());
}

/** Compiles a manifest's documents. Throws with the hash and the place of the first that cannot run. */
export function compiled<T>(manifest: Manifest, compile: (source: string) => T): ReadonlyMap<string, T> {
  return new Map(Object.entries(manifest).map(([hash, source]) => [hash, entry(hash, source, compile)]));
}

function entry<T>(hash: string, source: string, compile: (source: string) => T): T {
  if (hashOf(source) !== hash) throw new Error(`documents.manifest: ${hash} is not the SHA-256 of its document`);
  try {
    return compile(source);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new Error(`documents.manifest: ${hash}${placeOf(error)}: ${error.message}`, { cause: error });
  }
}

const placeOf = ({ locations }: GraphQLError): string => (locations?.[0] ? `:${locations[0].line}:${locations[0].column}` : '');
