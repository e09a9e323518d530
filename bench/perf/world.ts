/** The five agencies' data, the questions, and what a right answer to each is. Every contender is held against this file. */
import { usccOf } from '../../src/codes/index.ts';

export const SECTIONS = ['registration', 'tax', 'socialInsurance', 'permits', 'credit'] as const;
export type Section = (typeof SECTIONS)[number];

/** Enterprises there are: more than a run of one contender asks for, so that nobody is asked for twice in it. */
export const ENTERPRISES = 100_000;
/** Enterprises on one page of the registry's search. */
export const PAGE = 100;
/** Permits of a large enterprise: about 1 MB of JSON. */
const MANY_PERMITS = 2_000;

const AREA = '321071';
const organisation = (n: number): string => String(n).padStart(8, '0');

/** The n-th enterprise. */
export const enterprise = (n: number): string => usccOf('91', AREA, organisation(n % ENTERPRISES));
/** How credit codes of enterprises with very many permits begin. */
export const LARGE = '93';
/** The n-th enterprise that holds very many permits. */
export const largeEnterprise = (n: number): string => usccOf(LARGE, AREA, organisation(n % ENTERPRISES));
/** A part of a name, by which the search finds the n-th hundred of enterprises. */
export const searchName = (n: number): string => `page ${String(n % (ENTERPRISES / PAGE)).padStart(4, '0')}`;
/** The enterprises that a search for such a name finds, in the registry's order. */
export const foundBy = (name: string): readonly string[] => {
  const page = Number(name.slice('page '.length));
  return Array.from({ length: PAGE }, (_, i) => enterprise(page * PAGE + i));
};

const permit = (uscc: string, n: number) => ({
  // One of them names its enterprise: enough to tell two enterprises' answers apart, and a long list stays cheap to write.
  number: n === 0 ? `JY${uscc}` : `JY132107100${String(n).padStart(9, '0')}`,
  item: '000131001000',
  nameZh: '食品经营许可证（热食类食品制售、冷食类食品制售、自制饮品制售）',
  nameEn:
    'Food business licence: making and selling of hot food, of cold food and of drinks made on the spot, with delivery to guests in the district and catering at places that the licence names',
  issuer: 'market-regulation',
  issuedOn: '2024-03-18',
  validTo: '2029-03-17',
  status: 'VALID',
});

const RECORDS: { readonly [S in Section]: (uscc: string) => object } = {
  registration: (uscc) => ({
    uscc,
    nameZh: `江城${uscc}餐饮管理有限公司`,
    status: 'ACTIVE',
    companyType: '有限责任公司（自然人投资或控股）',
    legalRepresentative: { nameZh: '陈晓岚', person: { idNumber: '321012198812139970' } },
    registeredCapital: { amount: '2000000.00', currency: 'CNY' },
    establishedOn: '2019-06-12',
    address: `江城市滨江区望江路 18 号（${uscc}）`,
    industry: { code: '6210', nameZh: '正餐服务' },
    scope: '餐饮服务；食品销售；企业管理咨询；会议及展览服务。',
    shareholders: [
      { nameZh: '陈晓岚', percent: 60 },
      { nameZh: '周志明', percent: 40 },
    ],
    licence: { number: `LIC${uscc}`, issuedOn: '2019-06-12', validTo: null, status: 'VALID' },
    authority: 'market-regulation',
  }),
  tax: (uscc) => ({
    uscc,
    taxpayerNumber: uscc,
    nameZh: `江城${uscc}餐饮管理有限公司`,
    taxpayerType: 'GENERAL',
    status: 'NORMAL',
    creditGrade: 'A',
    creditYear: 2025,
    arrears: '0.00',
    invoiceQuota: { maxAmountPerInvoice: '100000.00', monthlyCopies: 50, used: 17 },
  }),
  socialInsurance: (uscc) => ({
    uscc,
    account: `SI${uscc}`,
    registeredOn: '2019-06-20',
    status: 'NORMAL',
    insuredCount: 42,
    medicalInsuredCount: 41,
    arrears: '0.00',
    lastPaidMonth: '2026-10',
  }),
  permits: (uscc) => ({ uscc, items: Array.from({ length: uscc.startsWith(LARGE) ? MANY_PERMITS : 2 }, (_, n) => permit(uscc, n)) }),
  credit: (uscc) => ({
    uscc,
    grade: 'GOOD',
    badFlags: [{ kind: 'ABNORMAL_OPERATION', reasonZh: `${uscc}：未按规定公示年度报告`, source: 'market-regulation', since: '2025-07-01' }],
    penalties: 1,
    honours: ['2024 年度纳税信用 A 级'],
  }),
};

/** What an agency holds of an enterprise; a reply to a single question is this, to a batch `{"items": [this, …]}`. */
export const record = (section: Section, uscc: string): object => RECORDS[section](uscc);

/** One row of the search's reply `{"items": […]}`. */
export const match = (uscc: string) => ({ uscc, nameZh: `江城${uscc}餐饮管理有限公司`, status: 'ACTIVE' });

/** What is asked of each section: the schema's fields, every level of them, and none that needs another agency. */
export const SELECTIONS: Readonly<Record<Section, string>> = {
  registration: `{ nameZh status companyType legalRepresentative { nameZh person { idNumber } } registeredCapital { amount currency }
    establishedOn address industry { code nameZh } scope shareholders { nameZh percent } licence { number issuedOn validTo status } authority }`,
  tax: '{ taxpayerNumber nameZh taxpayerType status creditGrade creditYear arrears invoiceQuota { maxAmountPerInvoice monthlyCopies used } }',
  socialInsurance: '{ account registeredOn status insuredCount medicalInsuredCount arrears lastPaidMonth }',
  permits: '{ items { number item nameZh nameEn issuer issuedOn validTo status } }',
  credit: '{ grade badFlags { kind reasonZh source since } penalties honours }',
};

const sections = (names: readonly Section[]): string => names.map((name) => `${name} ${SELECTIONS[name]}`).join('\n    ');

/** The sections of W2, which are open to whoever is signed in. */
export const OPEN_SECTIONS: readonly Section[] = ['registration', 'permits', 'credit'];

export const DOCUMENTS = {
  one: `query One($uscc: UnifiedSocialCreditCode!) {
  enterprise(uscc: $uscc) {
    uscc
    ${sections(SECTIONS)}
  }
}`,
  list: `query List($name: String!) {
  enterprises(name: $name, first: ${PAGE}) {
    nodes { nameZh status enterprise { uscc ${sections(OPEN_SECTIONS)} } }
  }
}`,
  large: `query Large($uscc: UnifiedSocialCreditCode!) {
  enterprise(uscc: $uscc) { uscc permits ${SELECTIONS.permits} }
}`,
} as const;
export type Question = keyof typeof DOCUMENTS;

/** A section as an answer holds it: the record without what was not asked. */
function section(name: Section, uscc: string): object {
  const { uscc: _key, ...rest } = record(name, uscc) as { uscc: string };
  return rest;
}

const enterpriseWith = (uscc: string, names: readonly Section[]) => ({
  uscc,
  ...Object.fromEntries(names.map((name) => [name, section(name, uscc)])),
});

/** The right `data` for a question about a key: a credit code, or the name that `list` searches for. */
export function rightAnswer(question: Question, key: string): object {
  if (question === 'one') return { enterprise: enterpriseWith(key, SECTIONS) };
  if (question === 'large') return { enterprise: enterpriseWith(key, ['permits']) };
  const nodes = foundBy(key).map((uscc) => {
    const { nameZh, status } = match(uscc);
    return { nameZh, status, enterprise: enterpriseWith(uscc, OPEN_SECTIONS) };
  });
  return { enterprises: { nodes } };
}

/** An identity number as those see it who need not know it: its first and its last two characters (the product's own mask). */
export const masked = (idNumber: string): string => `${idNumber.slice(0, 1)}${'*'.repeat(idNumber.length - 3)}${idNumber.slice(-2)}`;

/** The schema of every hand-written peer: what the questions need, in the product's own words. */
export const SDL = `
scalar UnifiedSocialCreditCode
type Query {
  enterprise(uscc: UnifiedSocialCreditCode!): Enterprise
  enterprises(name: String!, first: Int = 20): EnterpriseConnection
}
type EnterpriseConnection { nodes: [EnterpriseMatch!]! }
type EnterpriseMatch { nameZh: String! status: RegistrationStatus! enterprise: Enterprise! }
type Enterprise {
  uscc: UnifiedSocialCreditCode!
  registration: RegistrationRecord
  tax: TaxRecord
  socialInsurance: SocialInsuranceRecord
  permits: PermitRecord
  credit: CreditRecord
}
enum RegistrationStatus { ACTIVE ABNORMAL REVOKED DEREGISTERED }
type RegistrationRecord {
  nameZh: String! status: RegistrationStatus! companyType: String! legalRepresentative: Officer registeredCapital: Money!
  establishedOn: String! address: String! industry: Industry! scope: String! shareholders: [Shareholder!]! licence: BusinessLicence!
  authority: String!
}
type Officer { nameZh: String! person: Person! }
type Person { idNumber: String! }
type Money { amount: String! currency: String! }
type Industry { code: String! nameZh: String! }
type Shareholder { nameZh: String! percent: Float! }
enum CertificateStatus { VALID EXPIRED CANCELLED REVOKED MORTGAGED }
type BusinessLicence { number: String! issuedOn: String! validTo: String status: CertificateStatus! }
enum TaxpayerType { GENERAL SMALL_SCALE }
enum TaxpayerStatus { NORMAL ABNORMAL CLEARED }
enum TaxCreditGrade { A B M C D }
type TaxRecord {
  taxpayerNumber: String! nameZh: String! taxpayerType: TaxpayerType! status: TaxpayerStatus! creditGrade: TaxCreditGrade!
  creditYear: Int! arrears: String! invoiceQuota: InvoiceQuota
}
type InvoiceQuota { maxAmountPerInvoice: String! monthlyCopies: Int! used: Int! }
enum SocialInsuranceStatus { NORMAL SUSPENDED CANCELLED }
type SocialInsuranceRecord {
  account: String! registeredOn: String! status: SocialInsuranceStatus! insuredCount: Int! medicalInsuredCount: Int! arrears: String!
  lastPaidMonth: String
}
type PermitRecord { items: [Permit!]! }
type Permit {
  number: String! item: String! nameZh: String! nameEn: String issuer: String! issuedOn: String! validTo: String status: CertificateStatus!
}
enum CreditGrade { EXCELLENT GOOD FAIR POOR }
enum CreditFlagKind { ABNORMAL_OPERATION SERIOUS_VIOLATION JUDGMENT_DEFAULTER BROKEN_COMMITMENT MAJOR_TAX_OFFENCE }
type CreditRecord { grade: CreditGrade! badFlags: [CreditFlag!]! penalties: Int! honours: [String!]! }
type CreditFlag { kind: CreditFlagKind! reasonZh: String! source: String! since: String! }
`;
