import { randomBytes } from 'node:crypto';
import { AgencyError, type Caller } from '../connect/index.ts';
import type { CaseApplicant } from './contents.ts';
import type { CasesTools } from './tools.ts';

/** A material that an agency holds, as it was found: its number, nothing, or "could not be asked". */
export type Fetched = { readonly kind: 'found'; readonly number: string } | { readonly kind: 'none' } | { readonly kind: 'unavailable' };

interface CertificateRecord {
  readonly items: readonly { readonly type: string; readonly number: string; readonly status: string }[];
}

const WITHIN_MS = 5_000;

/** Asks on behalf of a case: the purpose is the case's, the actor who handed it in. */
export function fetcherOf(applicant: CaseApplicant, caller: Pick<Caller, 'actor' | 'role'>, tools: CasesTools) {
  const reader = tools.engine.reader({ caller, traceId: randomBytes(16).toString('hex'), signal: AbortSignal.timeout(WITHIN_MS) });
  return {
    /** The certificate that stands for a material, of the one whose it is. */
    async material(id: string): Promise<Fetched> {
      const { certificateType, holder } = tools.catalogue.material(id) ?? {};
      const asked = holder && keyOf(holder, applicant);
      if (!certificateType || !asked) return { kind: 'none' };
      return reader.read(asked.section, asked.key).then(
        (record) => validOf(record as CertificateRecord | null, certificateType),
        (cause) => {
          // Not connected is not a fault of today: nobody will ever fetch it.
          const isPassing = cause instanceof AgencyError && cause.fault !== 'NOT_CONNECTED';
          return isPassing ? { kind: 'unavailable' } : { kind: 'none' };
        },
      );
    },
    /** Whether a bad credit flag stands against the applicant; undefined where it could not be asked. */
    async hasBadCredit(): Promise<boolean | undefined> {
      if (!applicant.uscc) return false;
      const today = new Date(tools.clock.now()).toISOString().slice(0, 10);
      return reader.read('Enterprise.credit', applicant.uscc).then(
        (record) =>
          (record?.['badFlags'] as { until: string | null }[] | undefined)?.some(({ until }) => until === null || until >= today) ?? false,
        () => undefined,
      );
    },
  };
}

function keyOf(holder: string, { uscc, idNumber, people }: CaseApplicant): { readonly section: string; readonly key: string } | undefined {
  if ((holder === 'enterprise' || holder === 'applicant') && uscc) return { section: 'Enterprise.certificates', key: uscc };
  const key = holder === 'applicant' ? idNumber : people.find((person) => person.holder === holder)?.idNumber;
  return key ? { section: 'Person.certificates', key } : undefined;
}

function validOf(record: CertificateRecord | null, type: string): Fetched {
  const found = record?.items.find((each) => each.type === type && each.status === 'VALID');
  return found ? { kind: 'found', number: found.number } : { kind: 'none' };
}
