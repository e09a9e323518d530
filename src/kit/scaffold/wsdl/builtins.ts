import type { Scalar } from '../contract.ts';

const INT32 = ['int', 'short', 'byte', 'unsignedShort', 'unsignedByte'];
const WHOLE = [
  'integer',
  'long',
  'nonNegativeInteger',
  'positiveInteger',
  'nonPositiveInteger',
  'negativeInteger',
  'unsignedInt',
  'unsignedLong',
];
/** Amounts stay text, digit by digit; a time without a zone is no instant. */
const TEXT = [
  ...[
    'string',
    'normalizedString',
    'token',
    'language',
    'Name',
    'NCName',
    'NMTOKEN',
    'NMTOKENS',
    'ID',
    'IDREF',
    'IDREFS',
    'ENTITY',
    'anyURI',
    'QName',
    'NOTATION',
  ],
  ...[
    'decimal',
    'dateTime',
    'dateTimeStamp',
    'time',
    'duration',
    'gYear',
    'gYearMonth',
    'gMonth',
    'gMonthDay',
    'gDay',
    'base64Binary',
    'hexBinary',
    'anySimpleType',
    'anyAtomicType',
  ],
];

const SCALARS: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ['boolean', 'boolean'],
  ['float', 'number'],
  ['double', 'number'],
  ['date', 'date'],
  ...INT32.map((name) => [name, 'int32'] as const),
  ...WHOLE.map((name) => [name, 'int64'] as const),
  ...TEXT.map((name) => [name, 'text'] as const),
]);

/** How a type that XML Schema itself defines is handled; undefined for `anyType` and what does not exist. */
export const builtin = (name: string): Scalar | undefined => SCALARS.get(name);

const SAMPLES: Readonly<Record<string, string>> = {
  decimal: '12.50',
  dateTime: '2026-01-15T08:00:00',
  time: '08:00:00',
  duration: 'P1D',
  gYear: '2026',
  gYearMonth: '2026-01',
  base64Binary: '5Y2P',
  hexBinary: '0FB7',
  anyURI: 'https://example.org/',
  language: 'zh',
  NMTOKEN: 'sample',
  ID: 'sample',
  NCName: 'sample',
  token: '示例',
};

/** A text that fits the type, where not every text does. */
export const builtinSample = (name: string): string | undefined => SAMPLES[name];
