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
 * - tier 层级: zone, town or village, in the network of halls; what a lower one accepts it forwards.
 * - alias 别名: a word that people use for an item.
 * - profile 地方配置: what differs from hall to hall, how codes are built and which bureau decides.
 * - field 表单项: one question of a form, told once for all items in the dictionary `fields.json`.
 * - fragment 字段规则: the JSON Schema of one field's value.
 */
import { z } from 'zod';
import { MASK_KINDS } from '../codes/index.ts';

const Id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'an id is kebab-case, like "land-registry"');
const Code = z.string().regex(/^[0-9A-Za-z]{3,64}$/, 'a code is 3 to 64 digits and letters');
const Slug = Id.min(3, 'a slug has at least 3 characters').max(64, 'a slug has at most 64 characters');
const Name = z.string().trim().min(1, 'is empty');
const Days = z.int().nonnegative();
const Time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time is HH:MM, 00:00 to 24:00');

/** When a counter receives people: days 1 (Monday) to 7, times `HH:MM`. Holidays are the calendar's. */
const OpeningHoursEntry = z
  .strictObject({ days: z.array(z.int().min(1).max(7)).min(1), from: Time, until: Time })
  .refine(({ from, until }) => from < until, { error: 'must be later than from', path: ['until'] })
  .refine(({ days }) => new Set(days).size === days.length, { error: 'names a day twice', path: ['days'] });

/** What a name rests on: no list here is an official one. */
const NAME_BASES = ['usual-name', 'public-report', 'publicly-known', 'descriptive', 'illustrative'] as const;

export const AgencyEntry = z.strictObject({
  id: Id,
  nameZh: Name,
  nameEn: Name,
  level: z.enum(['province', 'city', 'district', 'town', 'village', 'utility']),
  kind: z.enum(['department', 'bureau', 'centre', 'platform', 'utility', 'enforcement', 'courier']),
  parent: Id.optional(),
  address: Name.optional(),
  window: Name.optional(),
  /** Tier in the network of halls: 1 zone, 2 town, 3 village. */
  networkTier: z.union([z.literal(1), z.literal(2), z.literal(3)], 'is 1 (zone), 2 (town) or 3 (village)').optional(),
  opens: z.array(OpeningHoursEntry).optional(),
  operating: z.boolean().default(true),
  /** Digits that stand for the department in item codes. */
  deptCode: z.string().regex(/^\d+$/, 'is digits').optional(),
  /** Of a platform: whether it was opened to the hall. */
  openedToZone: z.boolean().optional(),
  /** Of a platform: how it speaks. */
  protocol: z.enum(['rest-json', 'soap-xml', 'file-batch', 'exchange-database']).optional(),
  nameBasis: z.enum(NAME_BASES).optional(),
  /** The address and the window are invented. */
  addressFictional: z.boolean().optional(),
  /** The body itself is invented. */
  fictional: z.boolean().optional(),
  noteZh: Name.optional(),
  noteEn: Name.optional(),
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
  issuer: Id,
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
  .refine((it) => it.tolerable === (it.tolerableWorkingDays !== undefined), {
    error: 'goes together with tolerable: true, and only with it',
    path: ['tolerableWorkingDays'],
  })
  .refine((it) => it.required || !it.tolerable, { error: 'only a required material can be tolerable', path: ['tolerable'] });

const ItemResult = z.strictObject({
  type: z.enum(['certificate', 'approval', 'filing', 'record']),
  nameZh: Name,
  nameEn: Name,
  /** The material that later steps may use it as. */
  materialId: Id.optional(),
});

export const ItemEntry = z
  .strictObject({
    code: Code,
    baseCode: Code,
    slug: Slug,
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
  .refine((it) => it.promisedWorkingDays <= it.statutoryWorkingDays, {
    error: 'may not be more than statutoryWorkingDays',
    path: ['promisedWorkingDays'],
  })
  .refine((it) => it.delegated === (it.retainedBy === undefined), {
    error: 'an item is delegated or names who kept the power, not both and not neither',
    path: ['retainedBy'],
  })
  .refine((it) => (it.retainedBy === undefined) === (it.retainedKind === undefined), {
    error: 'goes together with retainedBy',
    path: ['retainedKind'],
  })
  .refine((it) => it.delegated || it.decidedBy === 'agency', {
    error: 'the bureau cannot decide what was not delegated: "agency"',
    path: ['decidedBy'],
  });

const Condition = z.strictObject({
  question: z.string(),
  equals: z.union([z.boolean(), z.string()], 'is true, false or the value of a choice'),
});

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
  /** Code, base code or slug; after loading always the code. */
  item: z.string(),
  slug: Slug,
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

/** A way from one value to the next: `person.idNumber`. */
const ValuePath = z.string().regex(/^[a-zA-Z]+(\.[a-zA-Z]+)*$/, 'is field.field');

/**
 * Where the value of a field may come from. A list on the way stands for all its entries: a field that takes a list gets
 * them all, any other field a value only if they agree on one.
 */
const FieldSource = z.strictObject({
  /** Through the unified schema: `Enterprise.registration.nameZh`; or the key by which the guide was asked: `Person.idNumber`. */
  path: z
    .string()
    .regex(/^((Enterprise|Person)\.[a-zA-Z]+(\.[a-zA-Z]+)+|Enterprise\.uscc|Person\.idNumber)$/, 'a source is Type.section.field'),
  /** Whose record it is. */
  holder: z.enum(HOLDERS),
  /** What the agency says cannot be corrected by the applicant on the form. */
  authoritative: z.boolean(),
  /** Only list entries on the way in which these keys have these values. */
  where: z.record(z.string(), z.string()).optional(),
  /** Keys of the form's rows, and where each is in an entry of the list; of several ways the first that leads somewhere. */
  each: z.record(Id, z.union([ValuePath, z.array(ValuePath).min(2)])).optional(),
  /** What the agency's values are called on the form. A value that is not listed stays as it is. */
  values: z.record(z.string(), z.string()).optional(),
});

const FieldCondition = z.strictObject({ field: Id, equals: z.union([z.string(), z.boolean(), z.number()]) });

export const FieldEntry = z
  .strictObject({
    id: Id,
    /** Part of the form in which it stands. */
    section: Id,
    labelZh: Name,
    labelEn: Name,
    helpZh: Name.optional(),
    helpEn: Name.optional(),
    /** A fragment of JSON Schema (2020-12): type, format, pattern, limits. */
    schema: z.record(z.string(), z.unknown()),
    /** Names of the values of an `enum`, in its order; of a list's `items.enum` where several may be chosen. */
    optionsZh: z.array(Name).optional(),
    optionsEn: z.array(Name).optional(),
    /** Of several sources the first that knows a value. */
    source: z.union([FieldSource, z.array(FieldSource).min(2)]).optional(),
    /**
     * What personal values it holds: one kind at any depth, or of rows a kind for each cell. They leave the gateway masked as
     * with `@mask`.
     */
    mask: z.union([z.enum(MASK_KINDS), z.record(z.string(), z.enum(MASK_KINDS))]).optional(),
    /** An answer to a theme's question that says the same: asked there, not again. */
    answers: z.string().optional(),
    /** The field only exists when another one has this value, on whatever form it stands. */
    when: FieldCondition.optional(),
    /**
     * Slugs of items that bring it into being. While one of them is planned no agency can know it yet; it is asked only if
     * one of them asks for it, as the name of a company that is to be founded, and else left to the result, as its code.
     */
    madeBy: z.array(Id).default([]),
  })
  .refine(({ helpZh, helpEn }) => (helpZh === undefined) === (helpEn === undefined), {
    error: 'goes together with helpZh',
    path: ['helpEn'],
  });

export const FormSectionEntry = z.strictObject({ id: Id, nameZh: Name, nameEn: Name });

/** The form of one item: fields of the dictionary. Items without an entry get the fallback. */
export const FormEntry = z.strictObject({
  /** Slug of the item, or `*` for the fallback. */
  item: z.union([z.literal('*'), Id]),
  required: z.array(Id),
  optional: z.array(Id).default([]),
});

/** What differs from hall to hall. GB/T 39046 and GB/T 39554 build codes in different lengths, so lengths are never in code. */
export const ProfileEntry = z.strictObject({
  itemCodeLength: z.int().positive().default(31),
  baseCodeLength: z.int().positive().default(12),
  /**
   * `implementer-level-base`: an implementation code begins with its implementer's credit code, whose check digits are
   * verified, and ends with the base code. `opaque`: only its length is known.
   */
  itemCodeForm: z.enum(['implementer-level-base', 'opaque']).default('implementer-level-base'),
  /** The hall's own approval bureau, which decides the items that are `decidedBy: bureau`. */
  bureau: Id.optional(),
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
export type FormFieldSource = Readonly<z.infer<typeof FieldSource>>;
export type FormFieldCondition = Readonly<z.infer<typeof FieldCondition>>;
export type FormSection = Readonly<z.infer<typeof FormSectionEntry>>;
export type ItemForm = Readonly<z.infer<typeof FormEntry>>;
export type CatalogueProfile = Readonly<z.infer<typeof ProfileEntry>>;
