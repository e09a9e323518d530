import { createHash } from 'node:crypto';
import type { Commitment } from './tables.ts';

/** Texts of the commitment, by version. A text that was signed once never changes; a new one gets a new version. */
const TEXTS: Readonly<Record<string, string>> = {
  '2026-1':
    '本人（本单位）承诺在告知的期限内补交上述材料，材料真实、合法、有效；逾期未补交的，同意终止办理或撤销已作出的决定，并依法记入信用记录，信用修复前不再适用容缺受理。',
};

export const COMMITMENT_VERSIONS = Object.keys(TEXTS);

/** The promise as it was signed: who, which text, and the text's hash, so that nobody can say later it read otherwise. */
export function commitmentOf(version: string, actor: string, signedAt: Date): Commitment | undefined {
  const text = TEXTS[version];
  if (text === undefined) return undefined;
  return { actor, textVersion: version, textHash: createHash('sha256').update(text).digest('hex'), signedAt: signedAt.toISOString() };
}
