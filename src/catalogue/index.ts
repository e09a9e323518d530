/**
 * The catalogue 目录: agencies, service items, materials, themes and forms, kept as data in the folder `catalogue/` and
 * checked at start. A hall replaces or extends it with its own folder. Words: see entries.ts.
 */
import type { Doors } from './doors.ts';
import type { Agency, CatalogueProfile, FormField, FormSection, Item, ItemForm, Material, Theme } from './entries.ts';

export type { Counter, Doors, Tier } from './doors.ts';
export type {
  Agency,
  CatalogueProfile,
  FormField,
  FormFieldCondition,
  FormFieldSource,
  FormSection,
  Holder,
  Item,
  ItemForm,
  Material,
  MaterialRequirement,
  Theme,
  ThemeCondition,
  ThemeQuestion,
  ThemeStep,
} from './entries.ts';
export { formAjv } from './form-json-schema.ts';
export { choicesOf, examineForms, type FormFault } from './form-rules.ts';
export { loadCatalogue } from './load.ts';

/** Everything the hall's files say, checked: every reference leads somewhere, no code stands twice, no theme runs in a circle. */
export interface Catalogue extends Doors {
  readonly profile: CatalogueProfile;
  readonly agencies: readonly Agency[];
  agency(id: string): Agency | undefined;
  readonly items: readonly Item[];
  /** By code, base code or slug. */
  item(code: string): Item | undefined;
  /** Items whose power is an agency's. */
  itemsOf(agency: string): readonly Item[];
  /** Delegated items that nobody supervises after approval. */
  readonly supervisionGaps: readonly Item[];
  /** Items that fit the words, best first: names, aliases, results, pinyin, initials, codes; one typing error is forgiven. Built at first use. */
  search(words: string): readonly Item[];
  readonly materials: readonly Material[];
  material(id: string): Material | undefined;
  readonly themes: readonly Theme[];
  theme(id: string): Theme | undefined;
  /** Themes in which the item is a step. */
  themesOf(item: Item): readonly Theme[];
  /** Sections of forms, in the order in which they are filled in. */
  readonly formSections: readonly FormSection[];
  readonly formFields: readonly FormField[];
  formField(id: string): FormField | undefined;
  /** The form of an item by its slug; the fallback where it has none of its own. */
  form(slug: string): ItemForm;
  /** Whether a value is one that the field may have, whatever stands on the rest of the form. */
  fits(field: FormField, value: unknown): boolean;
}
