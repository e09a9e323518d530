import type { CaseView } from '../../cases/index.ts';
import type { Catalogue } from '../../catalogue/index.ts';
import { type MaskKind, masked } from '../../codes/index.ts';
import { masksLeft, withoutMasks } from '../../guide/index.ts';
import type { RequestContext } from '../context.ts';

type Form = Readonly<Record<string, unknown>>;

/** The form of a case as the caller may see it: in clear for those who work on the case. */
export function shownForm(view: CaseView, { caller, session, catalogue }: RequestContext): Form {
  const worksOnIt = isWorking(view, { caller, session });
  const isClear = (kind: MaskKind) => (kind === 'ID_NUMBER' ? caller.role === 'supervisor' : worksOnIt);
  return mapForm(view.contents().form, catalogue, (value, masks) => masked(value, masks, isClear));
}

/** Whoever opened it, accompanies it, decides an item of it, or serves its applicant in a session of the case. */
function isWorking({ row, items }: CaseView, { caller, session }: Pick<RequestContext, 'caller' | 'session'>): boolean {
  if (session?.purpose.kind === 'CASE' && session.purpose.code === row.number) return true;
  // At a kiosk the next person stands where the last one stood.
  if (caller.role === 'kiosk') return false;
  return [row.openedBy, row.commissioner, ...items.map(({ row: { officer } }) => officer)].includes(caller.actor);
}

/** What a client writes into a form, with what stands behind the masks under which it was shown. */
export const behindShown = (written: Form, view: CaseView, { catalogue }: Pick<RequestContext, 'catalogue'>): Form => {
  const { form } = view.contents();
  return mapForm(written, catalogue, (value, masks, id) => (Object.hasOwn(form, id) ? withoutMasks(value, form[id], masks) : value));
};

/** Places of a form, as JSON Pointers, where a mask stands instead of a value. */
export const maskedPlaces = (form: Form, catalogue: Catalogue): readonly string[] =>
  Object.entries(form).flatMap(([id, value]) => {
    const masks = catalogue.formField(id)?.mask;
    return masks ? masksLeft(value, masks, `/${id}`) : [];
  });

type FieldMasks = NonNullable<NonNullable<ReturnType<Catalogue['formField']>>['mask']>;

const mapForm = (form: Form, catalogue: Catalogue, change: (value: unknown, masks: FieldMasks, id: string) => unknown): Form =>
  Object.fromEntries(
    Object.entries(form).map(([id, value]) => {
      const masks = catalogue.formField(id)?.mask;
      return [id, masks ? change(value, masks, id) : value];
    }),
  );
