import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';

const DAY_MS = 86_400_000;

/** The folder of the subjects that come with the product, whether the code runs built or from source. */
export const SHIPPED_SUBJECTS = shipped();

const Certificate = z.object({
  type: z.string(),
  number: z.string(),
  issuer: z.string(),
  issuedOn: z.string(),
  validTo: z.string().nullable(),
  status: z.string(),
});

const Enterprise = z.object({
  id: z.string(),
  uscc: z.string(),
  nameZh: z.string(),
  nameEn: z.string(),
  status: z.string(),
  companyType: z.string(),
  legalRepresentative: z.string(),
  registeredCapital: z.object({ amount: z.number(), currency: z.string() }),
  establishedOn: z.string(),
  address: z.string(),
  industry: z.object({ code: z.string(), nameZh: z.string() }),
  shareholders: z.array(z.object({ person: z.string().optional(), enterprise: z.string().optional(), percent: z.number() })),
  abnormal: z.object({ listedOn: z.string(), reasonZh: z.string(), reasonEn: z.string() }).optional(),
  revokedOn: z.string().optional(),
  deregisteredOn: z.string().optional(),
  sections: z.object({
    marketRegulation: z.object({
      registrationAuthority: z.string(),
      businessLicence: z.object({ number: z.string(), issuedOn: z.string(), validTo: z.string().nullable(), status: z.string() }),
      lastAnnualReport: z.number().nullable(),
    }),
    tax: z.object({
      taxpayerNumber: z.string(),
      taxpayerType: z.string(),
      creditGrade: z.string(),
      creditYear: z.number(),
      status: z.string(),
      arrears: z.number(),
      invoiceQuota: z.object({ maxAmountPerInvoice: z.number(), monthlyCopies: z.number(), used: z.number() }).nullable(),
    }),
    socialInsurance: z.object({
      account: z.string(),
      registeredOn: z.string(),
      status: z.string(),
      insuredCount: z.number(),
      arrears: z.number(),
      lastPaidMonth: z.string().nullable(),
      medicalInsuredCount: z.number(),
    }),
    publicSecurity: z.object({
      seals: z.array(z.object({ typeZh: z.string(), typeEn: z.string(), number: z.string(), filedOn: z.string(), status: z.string() })),
    }),
    provincial: z.object({
      projects: z
        .array(
          z.object({
            code: z.string(),
            nameZh: z.string(),
            nameEn: z.string(),
            procedure: z.string(),
            investment: z.number(),
            energyTce: z.number(),
            newDischarge: z.boolean(),
            eiaClass: z.string(),
            landSupply: z.string(),
            stage: z.string(),
            filedOn: z.string(),
          }),
        )
        .default([]),
      permits: z
        .array(
          z.object({
            number: z.string(),
            item: z.string(),
            nameZh: z.string(),
            nameEn: z.string(),
            issuer: z.string(),
            issuedOn: z.string(),
            validTo: z.string().nullable(),
            status: z.string(),
          }),
        )
        .default([]),
      certificates: z.array(Certificate).default([]),
    }),
  }),
});

const Person = z.object({
  id: z.string(),
  nameZh: z.string(),
  nameEn: z.string(),
  idNumber: z.string(),
  gender: z.string(),
  birthDate: z.string(),
  household: z.object({
    householdId: z.string(),
    head: z.string(),
    relation: z.string(),
    registeredAt: z.string(),
    division: z.string(),
    address: z.string(),
  }),
  certificates: z.array(Certificate),
  insurance: z.object({
    socialSecurityNumber: z.string(),
    pension: z.object({ type: z.string(), status: z.string(), months: z.number() }),
    medical: z.object({ type: z.string(), status: z.string() }),
    maternity: z.string(),
    workUnit: z.string().nullable(),
  }),
  housingFund: z.object({ account: z.string(), status: z.string(), balance: z.number() }).nullable().default(null),
  shareholdings: z.array(z.object({ enterprise: z.string(), percent: z.number() })).default([]),
  legalRepresentativeOf: z.array(z.string()).default([]),
});

const Credit = z.object({
  uscc: z.string(),
  grade: z.string(),
  penalties: z.number(),
  honours: z.array(z.string()),
  badFlags: z.array(
    z.object({ kind: z.string(), reasonZh: z.string(), source: z.string(), since: z.string(), until: z.string().nullable() }),
  ),
});

const SubjectsFile = z.object({ referenceDate: z.string(), enterprises: z.array(Enterprise), persons: z.array(Person) });
const CreditFile = z.object({ credit: z.array(Credit) });

export type SandboxEnterprise = z.infer<typeof Enterprise>;
export type SandboxPerson = z.infer<typeof Person>;
export type SandboxCredit = z.infer<typeof Credit>;

/** The fictional enterprises and persons that all sandbox agencies share, each agency seeing its own part. */
export interface Subjects {
  readonly enterprises: readonly SandboxEnterprise[];
  readonly persons: readonly SandboxPerson[];
  readonly credit: readonly SandboxCredit[];
  enterprise(usccOrId: string): SandboxEnterprise | undefined;
  person(idNumberOrId: string): SandboxPerson | undefined;
}

/**
 * Loads the subjects from a catalogue folder and moves their dates from the day they were written for to `startDay`
 * (milliseconds), so that papers valid then are valid now. Birth dates stay: identity numbers hold them.
 */
export function loadSubjects(folder: string, startDay: number): Subjects {
  const read = (name: string): unknown => JSON.parse(readFileSync(resolve(folder, name), 'utf8'));
  const file = SubjectsFile.parse(read('subjects.json'));
  const shift = shiftTo(file.referenceDate, startDay);
  const { enterprises, persons } = shift(file);
  const { credit } = shift(CreditFile.parse(read('credit.json')));
  const byKey = new Map([...enterprises.flatMap((e) => [[e.uscc, e] as const, [e.id, e] as const])]);
  const personByKey = new Map([...persons.flatMap((p) => [[p.idNumber, p] as const, [p.id, p] as const])]);
  return { enterprises, persons, credit, enterprise: (key) => byKey.get(key), person: (key) => personByKey.get(key) };
}

/** A function that moves every date, month and year field of plain data by the days between the reference date and `startDay`. */
function shiftTo(referenceDate: string, startDay: number): <T>(data: T) => T {
  const reference = Date.parse(`${referenceDate}T00:00:00Z`);
  const days = Math.floor(startDay / DAY_MS) - Math.floor(reference / DAY_MS);
  const years = new Date(startDay).getUTCFullYear() - new Date(reference).getUTCFullYear();
  const moved = (date: string) => new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

  function walk(key: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => walk(key, item));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, walk(name, item)]));
    if (key === 'birthDate') return value;
    if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)) return moved(value);
    if (typeof value === 'string' && /^\d{4}-\d{2}$/.test(value)) return moved(`${value}-15`).slice(0, 7);
    return typeof value === 'number' && (key === 'creditYear' || key === 'lastAnnualReport') ? value + years : value;
  }
  return (data) => walk('', data) as typeof data;
}

function shipped(): string {
  let folder = import.meta.dirname;
  while (!existsSync(resolve(folder, 'catalogue/sandbox')) && folder !== dirname(folder)) folder = dirname(folder);
  return resolve(folder, 'catalogue/sandbox');
}
