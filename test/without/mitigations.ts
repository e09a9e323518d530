/**
 * Mitigations that are switched off, one at a time, in a run of the test that guards them: that test must fail then.
 *
 * - passage 原文: the lines that are the mitigation, as they stand in the source, exactly once.
 * - without 去除: what stands there instead while it is switched off.
 */

/** A mitigation, how it is switched off, and the test that must notice. */
export interface Mitigation {
  /** In kebab-case; names it in `TEST_WITHOUT` and in docs/security.md. */
  readonly id: string;
  /** Row of the lists in docs/security.md. */
  readonly row: `${'T' | 'B'}${number}`;
  /** Source file, from the root of the repository. */
  readonly file: string;
  readonly passage: string;
  readonly without: string;
  /** Test file, from the root of the repository, and the test's full name: those of its suites and its own, with spaces between. */
  readonly test: readonly [file: string, name: string];
}

export const MITIGATIONS: readonly Mitigation[] = [
  {
    id: 'token-algorithms',
    row: 'T1',
    file: 'src/trust/identity/token.ts',
    passage: '{ ...rules, algorithms: ALGORITHMS }',
    without: 'rules',
    test: ['test/identity.test.ts', "T1 a forged token with an algorithm that is not the hall's: 401"],
  },
  {
    id: 'bound-key',
    row: 'T2',
    file: 'src/trust/identity/dpop.ts',
    passage: 'if (thumbprint !== about.jkt)',
    without: 'if (false)',
    test: ['test/possession.test.ts', 'T2 a stolen kiosk token with a proof by another key: 401'],
  },
  {
    id: 'proof-once',
    row: 'T2',
    file: 'src/trust/identity/replays.ts',
    passage: 'if ((seen.get(digest) ?? 0) > clock.now()) return false;',
    without: '',
    test: ['test/possession.test.ts', 'T2 a stolen kiosk token with a proof that was overheard: 401'],
  },
  {
    id: 'callback-code',
    row: 'T3',
    file: 'src/connect/sign/callback.ts',
    passage: 'if (code.length !== expected.length || !timingSafeEqual(code, expected))',
    without: 'if (false)',
    test: ['test/telling.test.ts', 'telling the applicant T3: a forged delivery report is 401 and changes nothing'],
  },
  {
    id: 'trusted-proxies',
    row: 'T4',
    file: 'src/server/limits/address.ts',
    passage: 'if (!isTrusted(own)) return own;',
    without: '',
    test: ['test/http.test.ts', 'how often T4: a hundred made-up addresses share the bucket of the one they come from'],
  },
  {
    id: 'row-digest',
    row: 'T5',
    file: 'src/trust/proof/verify.ts',
    passage: 'if (auditDigest({ writer, number, at, entry, salt }) !== digest)',
    without: 'if (false)',
    test: ['src/trust/proof/proof.test.ts', 'proof on embedded T5: flip: a row says something else'],
  },
  {
    id: 'checkpoints',
    row: 'T5',
    file: 'src/trust/proof/verify.ts',
    passage: 'if (link !== this.#link || wrong) {',
    without: 'if (wrong) {',
    test: [
      'src/trust/proof/proof.test.ts',
      'proof on embedded T5: rebuild: a chain that fits again is caught by an older checkpoint, and never signed',
    ],
  },
  {
    id: 'safe-json',
    row: 'T7',
    file: 'src/server/asking.ts',
    passage: "constructorAction: 'error'",
    without: "constructorAction: 'ignore'",
    test: ['test/variables.test.ts', 'variables T7: keys that reach for the prototype are refused, and reach nothing'],
  },
  {
    id: 'rows-of-changes',
    row: 'T8',
    file: 'src/store/audit.ts',
    passage: 'if (this.isEmpty) return;',
    without: 'return;',
    test: ['test/evidence.test.ts', 'the rows of proof of a case T8: every change has exactly one, in the order in which they happened'],
  },
  {
    id: 'rows-of-looks',
    row: 'T8',
    file: 'src/server/graphql-door.ts',
    passage: 'await context.looks.keep();',
    without: '',
    test: ['test/around-purpose.test.ts', 'one look too many is refused, and those before it are written down as seen'],
  },
  {
    id: 'subject-of-session',
    row: 'T9',
    file: 'src/trust/access/decide.ts',
    passage: 'if (!session.subjects.some((each) => each.kind === subject.kind && each.key === subject.key))',
    without: 'if (session.subjects.length === 0)',
    test: ['test/purpose.test.ts', 'a session T9: shows nobody else, and not to anybody else'],
  },
  {
    id: 'log-without-values',
    row: 'T10',
    file: 'src/log.ts',
    passage: 'serializers: { err: (error: unknown) => (error instanceof Error ? withoutValues(error) : error) },',
    without: '',
    test: ['test/logs.test.ts', 'T10: a statement that failed a value that does not fit: where and why, never the values'],
  },
  {
    id: 'identity-in-key',
    row: 'T11',
    file: 'src/connect/memory/question.ts',
    passage: 'JSON.stringify([connector, agency, section, key, identity, purpose])',
    without: 'JSON.stringify([connector, agency, section, key, purpose])',
    test: [
      'test/crossover.test.ts',
      'T11 callers with different rights who ask the same never get each other’s answer, neither on its way nor remembered',
    ],
  },
  {
    id: 'counted-by-field',
    row: 'T12',
    file: 'src/graph/access/looks.ts',
    passage: 'mayShowPersons ? tools.spend(subject?.key)',
    // Once for a request, however many fields it asks for.
    without: 'mayShowPersons && this.#noted.size === 0 ? tools.spend(subject?.key)',
    test: ['test/purpose.test.ts', 'T12: people cannot be counted through 101 aliases of a field of a person cost 101'],
  },
  {
    id: 'host-of-connection',
    row: 'T13',
    file: 'src/connect/outbound/dial.ts',
    passage: 'outbound.checkHost(target.hostname);',
    without: '',
    test: [
      'src/connect/outbound/outbound.test.ts',
      'T13 a connector made to call inside addresses refuses the redirect to 127.0.0.1, even for a client that follows redirects',
    ],
  },
  {
    id: 'pinned-addresses',
    row: 'T13',
    file: 'src/connect/outbound/outbound.ts',
    passage: 'if (pin && Math.abs(clock.now() - pin.at) < PINNED_MS) return pin.addresses;',
    without: '',
    test: [
      'src/connect/outbound/outbound.test.ts',
      'T13 a connector made to call inside addresses pins a name: a resolver that changes its mind between check and connection is not asked',
    ],
  },
  {
    id: 'size-of-documents',
    row: 'T14',
    file: 'src/graph/documents/documents.ts',
    passage: 'measure(document, limits);',
    without: '',
    test: ['test/attacks.test.ts', 'documents that are too large T14 more root fields than a page needs'],
  },
  {
    id: 'breaker',
    row: 'T16',
    file: 'src/connect/guard/breaker.ts',
    passage: 'if (!this.#isOpen) return;',
    without: 'return;',
    test: [
      'src/connect/guard/guard.test.ts',
      'T16 the breaker lets 10 failures through, then at most one call per period, and recovers with the first probe that succeeds',
    ],
  },
  {
    id: 'retry-budget',
    row: 'T17',
    file: 'src/connect/guard/retry.ts',
    passage: ' || this.#saved < 1',
    without: '',
    test: ['src/connect/guard/guard.test.ts', 'T17 retries stay within a tenth of 1,000 calls under total failure'],
  },
  {
    id: 'disk-reserve',
    row: 'T18',
    file: 'src/files/files.ts',
    passage: "if ((await free()) - (size ?? most) < reserve) throw new FileRefused('FILE_STORE_FULL');",
    without: '',
    test: ['src/files/files.test.ts', 'in a folder T18: where the disk has no room beyond the reserve, nothing is received'],
  },
  {
    id: 'field-rules',
    row: 'T19',
    file: 'src/graph/access/rules.ts',
    passage: 'if (missing.length > 0) throw new Error(sentence(missing));',
    without: '',
    test: ['src/graph/access/rules.test.ts', 'T19: a field for which no rule is stated ends the start, by name'],
  },
  {
    id: 'unknown-settings',
    row: 'T20',
    file: 'src/settings/index.ts',
    passage: 'const Config = z.strictObject({',
    without: 'const Config = z.object({',
    test: ['test/wrong-input.test.ts', 'settings an unknown key refuses to start and names the place'],
  },
  {
    id: 'key-of-one-submission',
    row: 'B67',
    file: 'src/cases/commands/submit.ts',
    passage: 'if (known && known.digest !== digestOf(input))',
    without: 'if (false)',
    test: ['test/cases.test.ts', 'handing in the same key fifty times at once is one case; the same key for another case is a conflict'],
  },
];
