import type { FormLineResolvers, FormPartResolvers, ServiceItemResolvers } from '../../schema/generated/types.ts';
import type { Catalogue, Item } from '../catalogue/index.ts';
import { masked } from '../codes/index.ts';
import { formSchema, fragmentOf, sourcePaths } from '../guide/index.ts';

/** Resolvers of the one form. Its values are personal: they leave masked unless the purpose calls for them by name. */
export const formResolvers: { readonly FormPart: FormPartResolvers; readonly FormLine: FormLineResolvers } = {
  FormPart: {
    id: ({ section }) => section.id,
    nameZh: ({ section }) => section.nameZh,
    nameEn: ({ section }) => section.nameEn,
  },
  FormLine: {
    id: ({ field }) => field.id,
    labelZh: ({ field }) => field.labelZh,
    labelEn: ({ field }) => field.labelEn,
    helpZh: ({ field }) => field.helpZh ?? null,
    helpEn: ({ field }) => field.helpEn ?? null,
    schema: ({ field }) => fragmentOf(field),
    askedBy: ({ askedBy }, _, { catalogue }) => askedBy.map((code) => itemOf(code, catalogue)),
    value: ({ field, value }, _, { looks }) =>
      field.mask ? masked(value, field.mask, (kind) => looks.isInClear(kind, sourcePaths(field))) : value,
  },
};

/** The form of one item on its own. */
export const itemFormSchema: NonNullable<ServiceItemResolvers['formSchema']> = ({ slug }, _, { catalogue }) => formSchema(slug, catalogue);

function itemOf(code: string, catalogue: Catalogue): Item {
  const item = catalogue.item(code);
  if (!item) throw new Error(`the item ${code} is not in the catalogue`);
  return item;
}
