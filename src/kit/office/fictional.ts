import { createHash } from 'node:crypto';
import { usccOf } from '../../codes/index.ts';

/** Limited company registered with market regulation (91), in the fictional zone. */
const KIND = '91';
const AREA = '321071';
/** Organisation codes of fictional companies begin so: no real one does. */
const PREFIX = 'MAX';

/** The credit code of a company that a sandbox brings into being: valid by its check digits, the same for the same reference. */
export function fictionalUscc(reference: string): string {
  const digest = createHash('sha256').update(reference).digest();
  return usccOf(KIND, AREA, `${PREFIX}${String(digest.readUInt32BE(0) % 100_000).padStart(5, '0')}`);
}
