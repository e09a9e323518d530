/** Resolvers of what the catalogue says. No agency is asked for any of it. */
import type { AgencyResolvers, QueryResolvers, Resolvers } from '../../schema/generated/types.ts';
import type { Agency, Catalogue, Item, Material, Theme } from '../catalogue/index.ts';
import type { RequestContext } from './context.ts';
import { APPLICANTS, DECIDERS, MATERIAL_FORMS, POWER_TYPES, RESULTS, RETENTIONS, SECTORS, TIERS } from './names.ts';
import { serviceItems } from './service-items.ts';

export const catalogueQueries = {
  serviceItems: (_, args, { catalogue }) => serviceItems(catalogue, args),
  serviceItem: (_, { code }, { catalogue }) => catalogue.item(code) ?? null,
  themes: (_, _args, { catalogue }) => catalogue.themes,
  theme: (_, { id }, { catalogue }) => catalogue.theme(id) ?? null,
  supervisionGaps: (_, _args, { catalogue }) => catalogue.supervisionGaps,
} satisfies QueryResolvers;

/** What the catalogue adds to an agency. */
export const agencyDoors = {
  items: ({ id }, _, { catalogue }) => catalogue.itemsOf(id),
  halls: ({ id }, _, { catalogue }) => catalogue.halls(catalogue.itemsOf(id)),
  opens: ({ opens }) => opens ?? [],
} satisfies AgencyResolvers;

export const catalogueTypes = {
  ServiceItem: {
    id: ({ code }, _, { ids }) => ids.seal('ServiceItem', code),
    agency: ({ agency }, _, { catalogue }) => agencyNamed(agency, catalogue),
    sector: ({ sector }) => SECTORS[sector],
    powerType: ({ powerType }) => POWER_TYPES[powerType],
    applicants: ({ applicant }) => applicant.map((kind) => APPLICANTS[kind]),
    statutoryLimit: ({ statutoryWorkingDays }) => statutoryWorkingDays,
    promisedLimit: ({ promisedWorkingDays }) => promisedWorkingDays,
    decidedBy: (item, _, context) => deciderOf(item, context),
    retained: (item, _, { catalogue }) => retentionOf(item, catalogue),
    counters: (item, _, { catalogue }) => catalogue.counters(item).map((it) => ({ ...it, tier: it.tier && TIERS[it.tier] })),
    platform: ({ platform }, _, { catalogue }) => agencyNamed(platform, catalogue),
    result: ({ result }, _, { catalogue }) =>
      result && { ...result, kind: RESULTS[result.type], material: result.materialId ? materialNamed(result.materialId, catalogue) : null },
    supervisor: ({ supervisor }, _, { catalogue }) => (supervisor ? agencyNamed(supervisor, catalogue) : null),
    plannedSupervisor: ({ plannedSupervisor }, _, { catalogue }) => (plannedSupervisor ? agencyNamed(plannedSupervisor, catalogue) : null),
    themes: (item, _, { catalogue }) => catalogue.themesOf(item),
  },
  ItemMaterial: {
    material: ({ materialId }, _, { catalogue }) => materialNamed(materialId, catalogue),
    tolerance: ({ tolerableWorkingDays }) => tolerableWorkingDays ?? null,
  },
  Material: {
    form: ({ form }) => MATERIAL_FORMS[form],
    issuer: ({ issuer }, _, { catalogue }) => (issuer === 'applicant' ? null : agencyNamed(issuer, catalogue)),
    certificateType: ({ certificateType }) => certificateType ?? null,
  },
  Theme: {
    id: ({ id }, _, { ids }) => ids.seal('Theme', id),
    code: ({ id }) => id,
    audience: ({ audience }) => APPLICANTS[audience],
    targetDays: ({ target }) => target.workingDays,
    targetMilestone: ({ target }, _, { catalogue }) => (target.milestone ? itemNamed(target.milestone, catalogue) : null),
  },
  ThemeQuestion: { choices: (question) => (question.type === 'choice' ? question.choices : []) },
  ThemeStep: {
    item: ({ item }, _, { catalogue }) => itemNamed(item, catalogue),
    stageZh: ({ stage }) => stage,
    dependsOn: ({ dependsOn }, _, { catalogue }) => dependsOn.map((code) => itemNamed(code, catalogue)),
    question: ({ when }) => when?.question ?? null,
    equals: ({ when }) => (when ? String(when.equals) : null),
  },
} satisfies Resolvers;

/** The bureau's own system, if one is connected; an agency's, or the platform's through which it is reached. */
function deciderOf(item: Item, { catalogue, connectorsOf }: RequestContext) {
  const body = catalogue.decider(item);
  const own = connectorsOf(body.id);
  const connectors = own.length > 0 || item.decidedBy === 'bureau' ? own : connectorsOf(item.platform);
  return { kind: DECIDERS[item.decidedBy], body, connectors };
}

function retentionOf({ retainedBy, retainedKind, blocked }: Item, catalogue: Catalogue) {
  return retainedBy && retainedKind ? { by: agencyNamed(retainedBy, catalogue), kind: RETENTIONS[retainedKind], blocked } : null;
}

const agencyNamed = (id: string, catalogue: Catalogue): Agency => there(catalogue.agency(id), 'agency', id);
const materialNamed = (id: string, catalogue: Catalogue): Material => there(catalogue.material(id), 'material', id);
const itemNamed = (code: string, catalogue: Catalogue): Item => there(catalogue.item(code), 'item', code);

/** What the catalogue names is in it: that was checked when it was loaded. */
function there<T extends Agency | Material | Item | Theme>(entry: T | undefined, kind: string, name: string): T {
  if (!entry) throw new Error(`the ${kind} ${name} is not in the catalogue, although its names were checked`);
  return entry;
}
