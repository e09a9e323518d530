import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AuditEntry, entryText, proveAlone } from './audit.ts';
import { auditDigest, canonical } from './index.ts';

const text = fc.string({ unit: 'binary' });
const detail = fc.oneof(
  fc.record({ fields: fc.array(text), agencies: fc.array(text) }),
  fc.dictionary(text, fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.array(fc.constant(undefined)))),
);
const entry = fc
  .record(
    {
      detail: detail.chain((it) => fc.constantFrom(it, Object.freeze({ ...it }))),
      window: fc.option(text, { nil: undefined }),
      session: text,
      case: text,
      subject: text,
      why: text.filter((it) => !/\d{17}/.test(it)),
      // What whoever acts brings along, though no row asks for it.
      purpose: text,
      Action: text,
      action: text,
      actor: text,
      role: text,
      outcome: fc.constantFrom('done' as const, 'refused' as const),
    },
    { requiredKeys: ['action', 'actor', 'role', 'outcome'] },
  )
  .map((it) => it as AuditEntry);

describe('an entry of the proof', () => {
  it('is spelt as canonical JSON has it, whatever it says', () => {
    fc.assert(
      fc.property(entry, (it) => {
        expect(entryText(it)).toBe(canonical(it));
        expect(entryText(it)).toBe(canonical(it));
      }),
      { numRuns: 2_000 },
    );
  });

  it('hides identity numbers in its reason, also where more came along', () => {
    const said: AuditEntry = { action: 'x', actor: 'a', role: 'clerk', outcome: 'done', why: 'for 11010519491231002X' };
    for (const it of [said, { ...said, purpose: 'p' }]) {
      expect(JSON.parse(entryText(it))).toEqual({ ...it, why: 'for 1***************2X' });
    }
  });

  it('is sent with the digest of what is sent', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 5 }), text, async (entries, writer) => {
        const rows = await sent(writer, entries);
        expect(rows.map(({ number }) => number)).toEqual(entries.map((_, i) => 8 + i));
        for (const { digest, ...said } of rows) expect(digest).toBe(auditDigest(said as never));
        expect(rows.map(({ entry }) => entry)).toEqual(entries.map((it) => JSON.parse(canonical(it))));
      }),
    );
  });
});

/** The rows that would be written after number 7. */
async function sent(writer: string, entries: readonly AuditEntry[]): Promise<readonly Record<string, unknown>[]> {
  let rows = '';
  const query = async (_text: string, values: readonly unknown[] = []) => {
    rows = values[3] as string;
    return { rows: [{ last: 7 + entries.length, along: [] }] };
  };
  await proveAlone({ query, writer, db: undefined as never }, 7, entries, new Date(0));
  return JSON.parse(rows) as Record<string, unknown>[];
}
