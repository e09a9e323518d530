import type { Caller, Role } from '../../connect/index.ts';
import { type Needs, notCovered, purposeText, type Subject } from './purpose.ts';
import type { ServiceSession } from './sessions.ts';

/** Who may read a section. */
export type AccessRule =
  /** Whoever is signed in. */
  | 'OPEN'
  /** Only within a service session that is the subject's, and whose purpose calls for it. */
  | 'SESSION';

/** What a machine may read without a session. */
export interface BulkGrant {
  /** The token's subject. */
  readonly actor: string;
  /** Paths like `Enterprise.tax`; each covers what lies below it. */
  readonly fields: Needs;
  /** Sections of subjects a day. */
  readonly perDay: number;
}

/** Whose eyes: what is the same for all that one request reads. */
export interface Eyes {
  readonly caller: Caller;
  readonly session: ServiceSession | undefined;
  /** What the session's purpose calls for. */
  readonly needs: Needs | undefined;
  readonly bulk: BulkGrant | undefined;
  /** Whether the session serves the caller and nobody else. */
  readonly isThemself: boolean;
}

/** One section of one subject that is about to be read. */
export interface Wish {
  readonly rule: AccessRule;
  readonly subject: Subject | undefined;
  /** Every field that would be seen, as a path from the subject. */
  readonly paths: readonly string[];
}

/** `why`: in words for whoever asks; it names fields, never values. */
export type Verdict =
  | { readonly allowed: true; readonly by: 'open' | 'session' | 'bulk' }
  | { readonly allowed: false; readonly code: 'PURPOSE_REQUIRED' | 'FORBIDDEN'; readonly why: Why };

export type Why =
  | { readonly kind: 'no-session' }
  | { readonly kind: 'other-subject' }
  | { readonly kind: 'not-needed'; readonly purpose: string; readonly paths: readonly string[] }
  | { readonly kind: 'not-granted'; readonly paths: readonly string[] };

const BY_OPEN: Verdict = { allowed: true, by: 'open' };
const BY_BULK: Verdict = { allowed: true, by: 'bulk' };
const BY_SESSION: Verdict = { allowed: true, by: 'session' };

/** Whether these eyes may see it. What no rule allows is refused. */
export function decide({ caller, session, needs, bulk }: Eyes, { rule, subject, paths }: Wish): Verdict {
  if (rule === 'OPEN') return BY_OPEN;
  if (bulk) {
    const missing = notCovered(bulk.fields, paths);
    return missing.length === 0 ? BY_BULK : { allowed: false, code: 'FORBIDDEN', why: { kind: 'not-granted', paths: missing } };
  }
  if (!session || !needs) return { allowed: false, code: 'PURPOSE_REQUIRED', why: { kind: 'no-session' } };
  if (!subject) return decideSearch(session, needs, caller.role, paths);
  if (!session.subjects.some((each) => each.kind === subject.kind && each.key === subject.key))
    return { allowed: false, code: 'FORBIDDEN', why: { kind: 'other-subject' } };
  return within(session, needs, paths);
}

const STAFF: readonly Role[] = ['clerk', 'officer', 'supervisor'];

/**
 * What is found by arguments may be anybody's, so no session says that it is its subject's: only the hall can let a purpose see
 * it, by a grant that names it, and only to staff.
 */
function decideSearch(session: ServiceSession, needs: Needs, role: Role, paths: readonly string[]): Verdict {
  if (!STAFF.includes(role)) return { allowed: false, code: 'FORBIDDEN', why: { kind: 'not-granted', paths } };
  return within(session, needs, paths);
}

function within({ purpose }: ServiceSession, needs: Needs, paths: readonly string[]): Verdict {
  const missing = notCovered(needs, paths);
  if (missing.length === 0) return BY_SESSION;
  return { allowed: false, code: 'FORBIDDEN', why: { kind: 'not-needed', purpose: purposeText(purpose), paths: missing } };
}
