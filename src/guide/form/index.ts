/** The forms of all planned items as one 一张表单. */
import type { Catalogue, Holder, Item, Theme } from '../../catalogue/index.ts';
import type { Applicant, Known, OneForm } from '../types.ts';

/** Which items one form is for. */
export interface FormPlan {
  readonly theme: Theme;
  readonly answers: ReadonlyMap<string, boolean | string>;
  readonly plannedItems: readonly Item[];
}

export interface FormInput extends FormPlan {
  readonly applicant: Applicant;
  readonly known: Known;
}

/** The sections that fill this plan's form in. */
export const formAsks = (_plan: FormPlan, _catalogue: Catalogue): readonly { readonly holder: Holder; readonly section: string }[] => [];

/** The forms of all planned items as one. */
export const oneForm = (_input: FormInput, _catalogue: Catalogue): OneForm => ({ parts: [], schema: { type: 'object' } });
