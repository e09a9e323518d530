import { z } from 'zod';
import { canonical } from '../../store/index.ts';
import type { PublicKey, SigningKey } from './keys.ts';

const TYPE = 'yimen-audit-checkpoint';

const Statement = z.strictObject({
  type: z.literal(TYPE),
  /** Sequence of the last link. */
  sequence: z.int().positive(),
  link: z.string(),
  hash: z.string(),
  /** When it was signed, by the hall's clock. */
  time: z.iso.datetime(),
  /** Last linked number of every writer that wrote since the signer's checkpoint before this one. */
  writers: z.record(z.string(), z.int().positive()),
  /** Thumbprint of the key that signs. */
  key: z.string(),
});

const Checkpoint = Statement.extend({ signature: z.string() });

/** A signed statement: at this time the chain had this many links, and this was the last one. */
export type Checkpoint = Readonly<z.infer<typeof Checkpoint>>;
type Statement = Readonly<z.infer<typeof Statement>>;

export function signCheckpoint(stated: Omit<Statement, 'type' | 'key'>, key: SigningKey): Checkpoint {
  const statement: Statement = { type: TYPE, ...stated, key: key.public.thumbprint };
  return { ...statement, signature: key.sign(canonical(statement)) };
}

/** What is wrong with a checkpoint's signature; undefined when nothing is. */
export function wrongSignature({ signature, ...statement }: Checkpoint, keys: readonly PublicKey[]): string | undefined {
  const key = keys.find(({ thumbprint }) => thumbprint === statement.key);
  if (!key) return `it is signed by the key ${statement.key}, which is not among the keys given`;
  return key.verify(canonical(statement), signature) ? undefined : `its signature is not that of the key ${statement.key}`;
}

/** Reads one line; undefined when it is no checkpoint. */
export function readCheckpoint(value: unknown): Checkpoint | undefined {
  const { success, data } = Checkpoint.safeParse(value);
  return success ? data : undefined;
}
