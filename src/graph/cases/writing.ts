import type { MutationResolvers, OpenCaseInput } from '../../../schema/generated/types.ts';
import type { RequestContext } from '../context.ts';
import { peopleOf } from '../guide-input.ts';
import { badInput } from '../scalars.ts';
import { APPLICANTS, DECIDERS, given, HALL, onCase, payloadOf, roomFor, visible, whoOf } from './access.ts';
import { behindShown, maskedPlaces } from './masking.ts';

const EVERYONE = [...HALL, ...APPLICANTS];
const LONGEST_KEY = 255;
const LONGEST_REFERENCE = 255;

export const caseMutations: MutationResolvers = {
  openCase: async (_, { input }, context) =>
    payloadOf(await (await roomFor(context, EVERYONE)).open(openInput(input, context), whoOf(context)), context),
  saveForm: (_, { input }, context) =>
    onCase(input.number, context, async () =>
      (await roomFor(context, EVERYONE)).saveForm({ ...input, form: await writtenOut(input.form, input.number, context) }, whoOf(context)),
    ),
  attachMaterial: (_, { input }, context) =>
    onCase(input.number, context, async () =>
      (await roomFor(context, EVERYONE)).attach(
        {
          number: input.number,
          material: input.material,
          file: given(input.file),
          certificateNumber: given(input.certificateNumber),
          commitment: given(input.commitment),
        },
        whoOf(context),
      ),
    ),
  submitCase: (_, { input }, context) => {
    const { length } = input.idempotencyKey;
    if (length === 0 || length > LONGEST_KEY) throw badInput(`idempotencyKey must be 1 to ${LONGEST_KEY} characters`);
    return onCase(input.number, context, async () => (await roomFor(context, EVERYONE)).submit(input, whoOf(context), context.checkForm));
  },
  supplement: (_, { input }, context) =>
    onCase(input.number, context, async () =>
      (await roomFor(context, EVERYONE)).supplement(
        {
          number: input.number,
          item: input.item,
          form: await writtenOut(input.form ?? {}, input.number, context),
          materials: input.materials ?? [],
        },
        whoOf(context),
      ),
    ),
  withdraw: (_, { input }, context) =>
    onCase(input.number, context, async () => (await roomFor(context, EVERYONE)).withdraw(input, whoOf(context))),
  assignCommissioner: (_, { input }, context) =>
    onCase(input.number, context, async () =>
      (await roomFor(context, HALL)).assignCommissioner({ number: input.number, commissioner: given(input.commissioner) }, whoOf(context)),
    ),
  resendItem: async (_, { input }, context) => payloadOf(await (await roomFor(context, DECIDERS)).resend(input, whoOf(context)), context),
  confirmReceipt: async (_, { input }, context) => {
    const { length } = input.reference.trim();
    if (length === 0 || length > LONGEST_REFERENCE) throw badInput(`reference must be 1 to ${LONGEST_REFERENCE} characters`);
    return payloadOf(await (await roomFor(context, DECIDERS)).confirmReceipt(input, whoOf(context)), context);
  },
  settleItem: async (_, { input }, context) =>
    payloadOf(await (await roomFor(context, ['supervisor'])).settle(input, whoOf(context)), context),
  setDelivery: (_, { input: { number, delivery } }, context) =>
    onCase(number, context, async () =>
      (await roomFor(context, EVERYONE)).setDelivery(
        { number, delivery: { method: delivery.method, address: delivery.address ?? null } },
        whoOf(context),
      ),
    ),
  confirmPickup: (_, { input }, context) =>
    onCase(input.number, context, async () => (await roomFor(context, HALL)).confirmPickup(input, whoOf(context))),
  takeTask: async (_, { input }, context) => payloadOf(await (await roomFor(context, DECIDERS)).takeTask(input, whoOf(context)), context),
  requestCorrection: async (_, { input }, context) => {
    const points = input.points.map(({ material, field, what }) => ({ material: material ?? null, field: field ?? null, what }));
    if (points.length === 0) throw badInput('points must name at least one thing to mend');
    const wanted = { item: input.item, points, override: given(input.override) };
    return payloadOf(await (await roomFor(context, DECIDERS)).requestCorrection(wanted, whoOf(context)), context);
  },
  decide: async (_, { input }, context) => {
    const { item, decision } = input;
    const { resultNumber, validTo, document } = input;
    const result = { resultNumber: given(resultNumber), validTo: given(validTo), document: given(document) };
    const wanted = { item, decision, reason: given(input.reason), ...result };
    return payloadOf(await (await roomFor(context, DECIDERS)).decide(wanted, whoOf(context)), context);
  },
};

/** Values that came back as they were shown, masked, are put in again. */
async function writtenOut(form: Readonly<Record<string, unknown>>, number: string, context: RequestContext) {
  const view = maskedPlaces(form, context.catalogue).length > 0 ? await visible(number, context) : null;
  return view ? behindShown(form, view, context) : form;
}

function openInput(input: OpenCaseInput, { caller }: RequestContext) {
  const { uscc, idNumber, nameZh, phone, people } = input.applicant;
  return {
    theme: given(input.theme),
    answers: Object.fromEntries((input.answers ?? []).map(({ question, value }) => [question, answerOf(value)])),
    items: given(input.items),
    applicant: { uscc: uscc ?? null, idNumber: idNumber ?? null, nameZh, phone: phone ?? null, people: [...peopleOf(people ?? [])] },
    delivery: input.delivery ? { method: input.delivery.method, address: input.delivery.address ?? null } : undefined,
    channel: caller.role === 'kiosk' ? ('KIOSK' as const) : input.channel,
  };
}

const answerOf = (value: string): string | boolean => (value === 'true' ? true : value === 'false' ? false : value);
