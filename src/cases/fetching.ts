import { randomBytes } from 'node:crypto';
import { type AgencyAnswer, AgencyError } from '../connect/index.ts';
import { purposeText } from '../trust/index.ts';
import { type CaseApplicant, subjectOf } from './contents.ts';
import type { CasesTools, Who } from './tools.ts';

/** A material that an agency holds, as it was found: its number, nothing, or "could not be asked". */
export type Fetched = { readonly kind: 'found'; readonly number: string } | { readonly kind: 'none' } | { readonly kind: 'unavailable' };

interface CertificateRecord {
  readonly items: readonly { readonly type: string; readonly number: string; readonly status: string }[];
}

const WITHIN_MS = 5_000;

/** For which case agencies are asked, and who handed it in: `gateway` where it asks by itself. */
export interface FetchingFor {
  readonly number: string;
  readonly applicant: CaseApplicant;
  readonly who: Who;
}

/** What of a section is looked at. */
const SEEN = {
  'Enterprise.certificates': 'Enterprise.certificates.items',
  'Person.certificates': 'Person.certificates.items',
  'Enterprise.credit': 'Enterprise.credit.badFlags',
} as const;
type Section = keyof typeof SEEN;

/** Whose data were seen, and what of them. */
interface Seen {
  readonly fields: Set<string>;
  readonly agencies: Set<string>;
}

/** Asks on behalf of a case: the purpose is the case's. Whatever comes of it is a look at data, to be written down by `keep`. */
export function fetcherOf({ number, applicant, who }: FetchingFor, tools: CasesTools) {
  const reader = tools.engine.reader({
    caller: { role: 'officer', actor: who.actor },
    traceId: randomBytes(16).toString('hex'),
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  const seen = new Map<string, Seen>();

  async function read(section: Section, key: string): Promise<AgencyAnswer | null> {
    const record = await reader.read(section, key);
    const subject = subjectOf(tools.vault, section.startsWith('Person.') ? { uscc: null, idNumber: key } : { uscc: key, idNumber: null });
    const { fields, agencies } = seen.get(subject) ?? { fields: new Set(), agencies: new Set() };
    fields.add(SEEN[section]);
    // That there is no such record is known by word of whoever serves the section.
    const agency = record?.provenance.agency ?? tools.engine.served.get(section)?.agency;
    if (agency !== undefined) agencies.add(agency);
    seen.set(subject, { fields, agencies });
    return record;
  }

  return {
    /** Writes down what was seen, whatever becomes of the case. Rejects where it cannot be kept: then nothing of it may be used. */
    async keep(): Promise<void> {
      if (seen.size === 0) return;
      const look = {
        action: 'subject.read',
        ...who,
        outcome: 'done',
        case: number,
        why: purposeText({ kind: 'CASE', code: number }),
      } as const;
      await tools.store.transaction(async ({ audit }) => {
        for (const [subject, { fields, agencies }] of seen)
          audit.write({ ...look, subject, detail: { fields: [...fields], agencies: [...agencies] } });
      });
      seen.clear();
    },
    /** The certificate that stands for a material, of the one whose it is. */
    async material(id: string): Promise<Fetched> {
      const { certificateType, holder } = tools.catalogue.material(id) ?? {};
      const asked = holder && keyOf(holder, applicant);
      if (!certificateType || !asked) return { kind: 'none' };
      return read(asked.section, asked.key).then(
        (record) => validOf(record as unknown as CertificateRecord | null, certificateType),
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
      return read('Enterprise.credit', applicant.uscc).then(
        (record) =>
          (record?.['badFlags'] as { until: string | null }[] | undefined)?.some(({ until }) => until === null || until >= today) ?? false,
        () => undefined,
      );
    },
  };
}

function keyOf(holder: string, { uscc, idNumber, people }: CaseApplicant): { readonly section: Section; readonly key: string } | undefined {
  if ((holder === 'enterprise' || holder === 'applicant') && uscc) return { section: 'Enterprise.certificates', key: uscc };
  const key = holder === 'applicant' ? idNumber : people.find((person) => person.holder === holder)?.idNumber;
  return key ? { section: 'Person.certificates', key } : undefined;
}

function validOf(record: CertificateRecord | null, type: string): Fetched {
  const found = record?.items.find((each) => each.type === type && each.status === 'VALID');
  return found ? { kind: 'found', number: found.number } : { kind: 'none' };
}
