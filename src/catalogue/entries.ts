/**
 * What the files of a catalogue folder hold, entry by entry. Glossary:
 *
 * - item 事项: one thing an applicant can ask for, with what it needs, how long it takes and what comes of it.
 * - material 材料: a paper or record that an item asks for. `requirement`: a material as one item asks for it.
 * - theme 主题（一件事）: several items that together are one thing in an applicant's life.
 * - step 步骤: an item within a theme, with what must come before it.
 * - delegated 下放 / retained 保留: whether the hall may decide, or the power stays with another body.
 * - tolerance 容缺: a required material may follow later, within so many working days.
 * - counter 窗口: where an application is handed in.
 * - field 表单项: one question of a form, told once for all items in the dictionary `fields.json`.
 */
import { z } from 'zod';

const Id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'an id is kebab-case');
const Name = z.string().trim().min(1);
const Days = z.int().nonnegative();

/** When a counter receives people: days 1 (Monday) to 7, times `HH:MM`. Holidays are the calendar's. */
const OpeningHours = z.strictObject({
  days: z.array(z.int().min(1).max(7)).min(1),
  from: z.string().regex(/^\d{2}:\d{2}$/),
  until: z.string().regex(/^\d{2}:\d{2}$/),
});

export const AgencyEntry = z.object({
  id: Id,
  nameZh: Name,
  nameEn: Name,
  level: z.enum(['province', 'city', 'district', 'town', 'village', 'utility']),
  kind: z.enum(['department', 'bureau', 'centre', 'platform', 'utility', 'enforcement', 'courier']),
  parent: Id.optional(),
  address: z.string().optional(),
  window: z.string().optional(),
  /** Tier in the network of halls: 1 zone, 2 town, 3 village. */
  networkTier: z.int().min(1).max(3).optional(),
  opens: z.array(OpeningHours).optional(),
  operating: z.boolean().default(true),
});

/** Whose paper it is, so that the right person's is fetched. */
const HOLDERS = [
  'applicant',
  'enterprise',
  'legal-representative',
  'agent',
  'spouse',
  'shareholder',
  'finance-officer',
  'employee',
] as const;

export const MaterialEntry = z.strictObject({
  id: Id,
  nameZh: Name,
  nameEn: Name,
  form: z.enum(['paper', 'electronic', 'both']),
  /** Agency that issues it, or `applicant`. */
  issuer: z.union([z.literal('applicant'), Id]),
  /** The type by which an agency's library of certificates knows it: the gateway may fetch it. */
  certificateType: z.string().optional(),
  /** Whose it is. Needed where `certificateType` is given. */
  holder: z.enum(HOLDERS).optional(),
  /** It comes out of the one form by itself: an application form, a roster. The applicant only signs it. */
  fromForm: z.boolean().default(false),
  /** It gives real estate away: a certificate under mortgage does not do. */
  freeOfMortgage: z.boolean().default(false),
  reusable: z.boolean(),
});

const Requirement = z
  .strictObject({
    materialId: Id,
    required: z.boolean(),
    tolerable: z.boolean(),
    tolerableWorkingDays: z.int().positive().optional(),
  })
  .refine((it) => it.tolerable === (it.tolerableWorkingDays !== undefined), 'tolerable and tolerableWorkingDays go together')
  .refine((it) => it.required || !it.tolerable, 'only a required material can be tolerable');

const ItemResult = z.strictObject({
  type: z.enum(['certificate', 'approval', 'filing', 'record']),
  nameZh: Name,
  nameEn: Name,
  /** The material that later steps may use it as. */
  materialId: Id.optional(),
});

export const ItemEntry = z
  .strictObject({
    code: z.string(),
    baseCode: z.string(),
    slug: Id,
    nameZh: Name,
    nameEn: Name,
    /** Words people use for it. */
    aliases: z.array(Name).default([]),
    /** Department whose power it is. */
    agency: Id,
    powerType: z.enum(['行政许可', '行政给付', '行政确认', '行政奖励', '行政裁决', '其他行政权力', '公共服务']),
    sector: z.enum(['market-entry', 'project-construction', 'social-livelihood']),
    legalBasis: Name,
    applicant: z.array(z.enum(['enterprise', 'person', 'organisation'])).min(1),
    statutoryWorkingDays: Days,
    /** 0: on the spot. */
    promisedWorkingDays: Days,
    materials: z.array(Requirement).min(1),
    result: ItemResult.nullable(),
    /** Agency that supervises afterwards; null: nobody. */
    supervisor: Id.nullable(),
    plannedSupervisor: Id.optional(),
    /** Whether it can be done without coming to a counter. */
    remote: z.boolean(),
    delegated: z.boolean(),
    /** `bureau`: the hall's own bureau decides; `agency`: the department or utility does, through its own system. */
    decidedBy: z.enum(['bureau', 'agency']),
    retainedBy: Id.optional(),
    retainedKind: z.enum(['not-delegated', 'linked-utility-service']).optional(),
    /** It cannot be granted at present: the quota's baseline is not fixed. */
    blocked: z.boolean().default(false),
    /** Where the counter really is. */
    handledAt: Id,
    platform: Id,
    /** Tiers of the network that accept the application. */
    network: z.array(z.enum(['zone', 'town', 'village'])),
  })
  .refine((it) => it.promisedWorkingDays <= it.statutoryWorkingDays, 'promisedWorkingDays may not be more than statutoryWorkingDays')
  .refine((it) => it.delegated === (it.retainedBy === undefined), 'an item is delegated or names retainedBy, not both');

const Condition = z.strictObject({ question: z.string(), equals: z.union([z.boolean(), z.string()]) });

const Question = z.discriminatedUnion('type', [
  z.strictObject({ id: z.string(), textZh: Name, textEn: Name, type: z.literal('boolean') }),
  z.strictObject({
    id: z.string(),
    textZh: Name,
    textEn: Name,
    type: z.literal('choice'),
    choices: z.array(z.strictObject({ value: z.string(), labelZh: Name, labelEn: Name })).min(2),
  }),
]);

const Step = z.strictObject({
  item: z.string(),
  slug: Id,
  stage: Name,
  stageEn: Name,
  dependsOn: z.array(z.string()),
  when: Condition.optional(),
});

export const ThemeEntry = z.strictObject({
  id: Id,
  nameZh: Name,
  nameEn: Name,
  audience: z.enum(['enterprise', 'person', 'organisation']),
  /** It winds an enterprise up: one whose licence is revoked may still go this way. */
  windsUp: z.boolean().default(false),
  /** Working days promised for the theme: to the milestone's result, or to the last step's. */
  target: z.strictObject({ workingDays: z.int().positive(), milestone: z.string().optional() }),
  questions: z.array(Question),
  steps: z.array(Step).min(1),
  /** Stages that are filed as one when the condition holds, as small projects merge works planning and construction permit. */
  mergedStages: z.array(z.strictObject({ when: Condition, stages: z.array(Name).min(2), nameZh: Name, nameEn: Name })).default([]),
});

/** Where the value of a field may come from: a path through the unified schema, for example `Enterprise.registration.nameZh`. */
const FieldSource = z.strictObject({
  path: z.string().regex(/^(Enterprise|Person)\.[a-zA-Z]+(\.[a-zA-Z]+)+$/, 'a source is Type.section.field'),
  /** Whose record it is. */
  holder: z.enum(HOLDERS),
  /** What the agency says cannot be corrected by the applicant on the form. */
  authoritative: z.boolean(),
});

const FieldCondition = z.strictObject({ field: Id, equals: z.union([z.string(), z.boolean(), z.number()]) });

export const FieldEntry = z.strictObject({
  id: Id,
  /** Part of the form in which it stands. */
  section: Id,
  labelZh: Name,
  labelEn: Name,
  helpZh: z.string().optional(),
  helpEn: z.string().optional(),
  /** A fragment of JSON Schema (2020-12): type, format, pattern, limits. */
  schema: z.record(z.string(), z.unknown()),
  /** Names of the values of an `enum`, in its order. */
  optionsZh: z.array(Name).optional(),
  optionsEn: z.array(Name).optional(),
  source: FieldSource.optional(),
  /** An answer to a theme's question that says the same: asked there, not again. */
  answers: z.string().optional(),
  /** The field only exists when another one has this value, on whatever form it stands. */
  when: FieldCondition.optional(),
});

export const FormSectionEntry = z.strictObject({ id: Id, nameZh: Name, nameEn: Name });

/** The form of one item: fields of the dictionary. Items without an entry get the fallback. */
export const FormEntry = z.strictObject({
  /** Slug of the item, or `*` for the fallback. */
  item: z.union([z.literal('*'), Id]),
  required: z.array(Id),
  optional: z.array(Id).default([]),
});

export const FieldsFile = z.strictObject({ sections: z.array(FormSectionEntry), fields: z.array(FieldEntry) });

/** How codes are built here. GB/T 39046 and GB/T 39554 differ in lengths, so lengths are never in code. */
export const ProfileEntry = z.strictObject({
  itemCodeLength: z.int().positive().default(31),
  baseCodeLength: z.int().positive().default(12),
});

export type Agency = Readonly<z.infer<typeof AgencyEntry>>;
export type Material = Readonly<z.infer<typeof MaterialEntry>>;
export type Item = Readonly<z.infer<typeof ItemEntry>>;
export type MaterialRequirement = Item['materials'][number];
export type Theme = Readonly<z.infer<typeof ThemeEntry>>;
export type ThemeStep = Theme['steps'][number];
export type ThemeQuestion = Theme['questions'][number];
export type ThemeCondition = z.infer<typeof Condition>;
export type Holder = (typeof HOLDERS)[number];
export type FormField = Readonly<z.infer<typeof FieldEntry>>;
export type FormSection = Readonly<z.infer<typeof FormSectionEntry>>;
export type ItemForm = Readonly<z.infer<typeof FormEntry>>;
export type CatalogueProfile = Readonly<z.infer<typeof ProfileEntry>>;
