import type { z } from 'zod';
import {
  type Agency,
  AgencyEntry,
  FieldEntry,
  FormEntry,
  type FormField,
  type FormSection,
  FormSectionEntry,
  type Item,
  ItemEntry,
  type ItemForm,
  type Material,
  MaterialEntry,
  type Theme,
  ThemeEntry,
} from './entries.ts';

/** Kinds of entries, and what an entry of each is. */
export interface Entries {
  readonly agencies: Agency;
  readonly materials: Material;
  readonly items: Item;
  readonly themes: Theme;
  readonly sections: FormSection;
  readonly fields: FormField;
  readonly forms: ItemForm;
}

export type Kind = keyof Entries;

interface KindTraits<T> {
  /** What one of them is called in a message. */
  readonly called: string;
  readonly file: string;
  readonly shape: z.ZodType<T>;
  /** Keys that name an entry; no value of any of them stands twice among the kind. The first one is its name. */
  readonly names: readonly string[];
}

export const KINDS: { readonly [K in Kind]: KindTraits<Entries[K]> } = {
  agencies: { called: 'agency', file: 'agencies.json', shape: AgencyEntry, names: ['id'] },
  materials: { called: 'material', file: 'materials.json', shape: MaterialEntry, names: ['id'] },
  items: { called: 'item', file: 'items.json', shape: ItemEntry, names: ['slug', 'code', 'baseCode'] },
  themes: { called: 'theme', file: 'themes.json', shape: ThemeEntry, names: ['id'] },
  sections: { called: 'section', file: 'fields.json', shape: FormSectionEntry, names: ['id'] },
  fields: { called: 'field', file: 'fields.json', shape: FieldEntry, names: ['id'] },
  forms: { called: 'form', file: 'forms.json', shape: FormEntry, names: ['item'] },
};

/** Files of a catalogue folder and the kinds in each. A file of one kind is a list, one of several an object of lists. */
export const FILES: Readonly<Record<string, readonly Kind[]>> = {
  'agencies.json': ['agencies'],
  'materials.json': ['materials'],
  'items.json': ['items'],
  'themes.json': ['themes'],
  'fields.json': ['sections', 'fields'],
  'forms.json': ['forms'],
};

/** The file that says what a folder is: whether it extends the shipped catalogue, and the profile. */
export const ABOUT = 'catalogue.json';
