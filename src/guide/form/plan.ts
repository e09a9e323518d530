import type { Catalogue, FormField, Item, Theme } from '../../catalogue/index.ts';

/** Which items one form is for. */
export interface FormPlan {
  readonly theme: Theme;
  /** By question id: true or false, or the value of a choice. */
  readonly answers: ReadonlyMap<string, boolean | string>;
  /** Items that are needed, and those that an open question may still make needed. */
  readonly plannedItems: readonly Item[];
}

/** A field that the items of a plan ask for, once. */
export interface AskedField {
  readonly field: FormField;
  /** Whether a planned item insists on it. */
  readonly required: boolean;
  /** Codes of the planned items whose forms ask for it. */
  readonly askedBy: readonly string[];
  /** A planned item brings it into being: no agency can know it yet. */
  readonly isBeingMade: boolean;
}

/** Every field that the planned items ask for, once, in the order of the form. What comes out of a planned item by itself is not asked. */
export function askedFields({ plannedItems }: FormPlan, catalogue: Catalogue): readonly AskedField[] {
  const forms = new Map(plannedItems.map(({ slug, code }) => [slug, { code, ...fieldsOf(slug, catalogue) }]));
  return inFormOrder(catalogue).flatMap((field) => {
    const asking = [...forms.values()].filter(({ all }) => all.has(field.id));
    const makers = field.madeBy.flatMap((slug) => forms.get(slug) ?? []);
    const isLeftToResult = makers.length > 0 && !makers.some(({ all }) => all.has(field.id));
    if (asking.length === 0 || isLeftToResult) return [];
    const required = asking.some((form) => form.required.has(field.id));
    return [{ field, required, askedBy: asking.map(({ code }) => code), isBeingMade: makers.length > 0 }];
  });
}

/** The fields of an item's own form, in the order of the form. */
export function ownFields(slug: string, catalogue: Catalogue): readonly Pick<AskedField, 'field' | 'required'>[] {
  const { all, required } = fieldsOf(slug, catalogue);
  const fields = inFormOrder(catalogue).filter(({ id }) => all.has(id));
  return fields.map((field) => ({ field, required: required.has(field.id) }));
}

function fieldsOf(slug: string, catalogue: Catalogue): { readonly all: ReadonlySet<string>; readonly required: ReadonlySet<string> } {
  const { required, optional } = catalogue.form(slug);
  return { all: new Set([...required, ...optional]), required: new Set(required) };
}

/** Sections in their order, and within each the order of the dictionary. */
const inFormOrder = ({ formSections, formFields }: Catalogue): readonly FormField[] =>
  formSections.flatMap(({ id }) => formFields.filter(({ section }) => section === id));
