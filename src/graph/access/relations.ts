import type { RelationKind } from '../../../schema/generated/types.ts';
import { AgencyError, type Reader } from '../../connect/index.ts';
import type { Subject } from '../../trust/index.ts';

/** What an agency says of a relation. */
export type Relation = 'holds' | 'none' | 'unchecked';

const SECTIONS: Readonly<Record<RelationKind, string | undefined>> = {
  LEGAL_REPRESENTATIVE: 'Enterprise.registration',
  HOUSEHOLD: 'Person.household',
  AUTHORISED: undefined,
};

/** The section that is asked about a relation; none where a paper says it. */
export const sectionOfRelation = (kind: RelationKind): string | undefined => SECTIONS[kind];

type Row = Readonly<Record<string, unknown>>;

/** Asks the agency that knows: the registry for legal representatives, public security for households. */
export async function relationOf(served: Subject, other: Subject, kind: RelationKind, reader: Reader): Promise<Relation> {
  if (kind === 'LEGAL_REPRESENTATIVE') return represents(served, other, reader);
  if (kind === 'HOUSEHOLD') return sharesHousehold(served, other, reader);
  return 'none';
}

async function represents(one: Subject, two: Subject, reader: Reader): Promise<Relation> {
  const enterprise = [one, two].find((each) => each.kind === 'enterprise');
  const person = [one, two].find((each) => each.kind === 'person');
  if (!enterprise || !person) return 'none';
  return asked(reader, 'Enterprise.registration', enterprise.key, (record) => {
    const representative = record['legalRepresentative'] as { readonly person?: { readonly idNumber?: string } | null } | null;
    return representative?.person?.idNumber === person.key;
  });
}

async function sharesHousehold(served: Subject, other: Subject, reader: Reader): Promise<Relation> {
  if (served.kind !== 'person' || other.kind !== 'person') return 'none';
  return asked(reader, 'Person.household', served.key, (record) =>
    (record['members'] as readonly { readonly person?: { readonly idNumber?: string } }[]).some(
      ({ person }) => person?.idNumber === other.key,
    ),
  );
}

async function asked(reader: Reader, section: string, key: string, holds: (record: Row) => boolean): Promise<Relation> {
  try {
    const record = await reader.read(section, key);
    return record && holds(record) ? 'holds' : 'none';
  } catch (cause) {
    if (cause instanceof AgencyError) return 'unchecked';
    throw cause;
  }
}
