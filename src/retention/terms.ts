import { z } from 'zod';

/**
 * How many days things are kept: unless a hall says otherwise, and at least. 184 days are the longest six months of a calendar:
 * logs are kept for six months or more (网络安全法 art. 21 of 2016, art. 23 since 2026). Why each: docs/security.md.
 */
const TERMS = {
  /** Content of rows of proof that are looks at data: who saw whose data. */
  looks: { days: 1_096, least: 184 },
  /** Content of all other rows of proof. */
  proof: { days: 3_653, least: 184 },
  /** Ended cases, with forms, files, facts, events and results, after the last thing that happened. */
  cases: { days: 3_653, least: 184 },
  /** Cases that were never handed in, after the last change. */
  drafts: { days: 184, least: 1 },
  /** Texts to applicants. */
  messages: { days: 184, least: 1 },
  /** Service sessions, after their end. */
  sessions: { days: 184, least: 184 },
  /** How many sections each machine read on a day. */
  bulk: { days: 184, least: 2 },
  /** Ids of call-backs that were taken: the same one is not taken twice. */
  callbacks: { days: 90, least: 7 },
  /** Call-backs of applications nobody knows, and files that a scanner found something in. */
  quarantine: { days: 184, least: 7 },
  /** Whose remembered answers gateways must forget after an erasure, sealed: no answer is kept for as long. */
  erased: { days: 8, least: 8 },
  /** After a decision, how long a case is not erased on request: six months to go to court (行政诉讼法 art. 46). Nothing is removed by it. */
  contest: { days: 184, least: 184 },
} as const;
export type Term = keyof typeof TERMS;

/** Days that a hall keeps each. */
export type Terms = Readonly<Record<Term, number>>;

const NAMES = Object.keys(TERMS) as Term[];
const shape = Object.fromEntries(
  NAMES.map((name) => [name, z.int().min(TERMS[name].least, `kept for ${TERMS[name].least} days at least`).max(36_525).optional()]),
) as Record<Term, z.ZodOptional<z.ZodInt>>;

/** `keep` of the settings: days. What proves a thing is kept at least as long as the thing. */
export const keepShape = z.strictObject(shape).superRefine((given, context) => {
  const { looks, cases, proof } = termsOf(given);
  for (const [name, days] of Object.entries({ looks, cases }))
    if (days > proof)
      context.addIssue({ code: 'custom', path: ['proof'], message: `rows of proof are kept at least as long as ${name}: ${days} days` });
});

/** The days of a hall: as its settings say, else by default. */
export const termsOf = (given: Readonly<Partial<Record<Term, number | undefined>>> = {}): Terms =>
  Object.fromEntries(NAMES.map((name) => [name, given[name] ?? TERMS[name].days])) as Record<Term, number>;
