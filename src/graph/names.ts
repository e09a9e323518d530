/** Words of the catalogue's data, as the schema writes them. */
import type {
  ApplicantKind,
  DeciderKind,
  MaterialForm,
  NetworkTier,
  PowerType,
  ResultKind,
  RetentionKind,
  Sector,
} from '../../schema/generated/types.ts';
import type { Item, Material, Tier } from '../catalogue/index.ts';

export const SECTORS: Readonly<Record<Item['sector'], Sector>> = {
  'market-entry': 'MARKET_ENTRY',
  'project-construction': 'PROJECT_CONSTRUCTION',
  'social-livelihood': 'SOCIAL_LIVELIHOOD',
};

export const POWER_TYPES: Readonly<Record<Item['powerType'], PowerType>> = {
  行政许可: 'PERMIT',
  行政给付: 'PAYMENT',
  行政确认: 'CONFIRMATION',
  行政奖励: 'REWARD',
  行政裁决: 'RULING',
  其他行政权力: 'OTHER',
  公共服务: 'PUBLIC_SERVICE',
};

export const APPLICANTS: Readonly<Record<Item['applicant'][number], ApplicantKind>> = {
  enterprise: 'ENTERPRISE',
  person: 'PERSON',
  organisation: 'ORGANISATION',
};

export const TIERS: Readonly<Record<Tier, NetworkTier>> = { zone: 'ZONE', town: 'TOWN', village: 'VILLAGE' };

export const DECIDERS: Readonly<Record<Item['decidedBy'], DeciderKind>> = { bureau: 'BUREAU', agency: 'AGENCY' };

export const RETENTIONS: Readonly<Record<NonNullable<Item['retainedKind']>, RetentionKind>> = {
  'not-delegated': 'NOT_DELEGATED',
  'linked-utility-service': 'LINKED_UTILITY_SERVICE',
};

export const MATERIAL_FORMS: Readonly<Record<Material['form'], MaterialForm>> = {
  paper: 'PAPER',
  electronic: 'ELECTRONIC',
  both: 'BOTH',
};

export const RESULTS: Readonly<Record<NonNullable<Item['result']>['type'], ResultKind>> = {
  certificate: 'CERTIFICATE',
  approval: 'APPROVAL',
  filing: 'FILING',
  record: 'RECORD',
};
