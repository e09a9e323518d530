import {
  AgencyError,
  type ApplicationMaterial,
  type Call,
  type Desk,
  type FormClient,
  type Tidings,
  type TidingsKind,
  tidingsOf,
} from '../../src/connect/index.ts';
import { DoneReply, type Event, ReceiptReply, StandingReply } from './desk-wire.ts';

const ITEMS = [
  'hr-service',
  'labour-dispatch',
  'vocational-school',
  'special-hours',
  'si-registration',
  'si-employees',
  'employment-filing',
  'si-cancel',
  'unemployment-benefit',
  'work-injury',
  'retirement',
  'pension-payment',
  'social-card',
  'employment-difficulty',
];

const KINDS: Readonly<Record<Event['ywzt'], TidingsKind['kind']>> = {
  1: 'accepted',
  2: 'not-accepted',
  3: 'correction',
  4: 'corrected',
  5: 'special-started',
  6: 'special-ended',
  7: 'granted',
  8: 'refused',
  9: 'withdrawn',
};

/** The desk of social security: never calls back, takes the same 外部流水号 twice, and answers for what it has under it. */
export function insuranceDesk(hrss: FormClient): Desk {
  return {
    items: ITEMS,
    traits: { idempotent: false, callsBack: false },
    async submit({ key, item, applicant, form, materials, caseNumber }, call) {
      const fields = {
        wblsh: key,
        bjbh: caseNumber,
        sxbm: item.code,
        sxmc: item.nameZh,
        tyshxydm: applicant.uscc ?? '',
        aac147: applicant.idNumber ?? '',
        sqrmc: applicant.nameZh,
        lxdh: applicant.phone ?? '',
        bdsj: JSON.stringify(form),
        clqd: JSON.stringify(await Promise.all(materials.map(paper))),
      };
      return { reference: present(await hrss.request('/ywsb/submit', fields, ReceiptReply, call)).slh };
    },
    async inquire({ key }, call) {
      const reply = await hrss.request('/ywsb/query', { wblsh: key }, StandingReply, call);
      return reply && { reference: reply.slh, tidings: reply.dtlb.map((event) => toTidings(key, reply.slh, event)) };
    },
    async supplement({ key }, { number, form, materials }, call) {
      const fields = {
        wblsh: key,
        xh: String(number),
        bdsj: JSON.stringify(form),
        clqd: JSON.stringify(await Promise.all(materials.map(paper))),
      };
      known(await hrss.request('/ywsb/supplement', fields, DoneReply, call), call);
    },
    async withdraw({ key }, reason, call) {
      known(await hrss.request('/ywsb/withdraw', { wblsh: key, yy: reason }, DoneReply, call), call);
    },
  };
}

/** "No such record" is no answer to something that was handed in. */
function present<T>(reply: T | null): T {
  if (reply === null) throw new TypeError('social security answered a submission as if it had been a question');
  return reply;
}

/** It has no application under this name: nothing was taken. */
function known(reply: unknown, call: Call): void {
  if (reply === null) throw new AgencyError(call, 'REFUSED', { private: { reason: 'no such application' } });
}

const paper = async ({ id, nameZh, number, follows, file }: ApplicationMaterial) => ({
  cldm: id,
  clmc: nameZh,
  zzhm: number,
  hb: follows,
  wj: file && { lx: file.type, nr: (await file.read()).toString('base64') },
});

function toTidings(key: string, reference: string, { dtxh, ywzt, sj, bz, bzcl, jgwh, jgmc }: Event): Tidings {
  const said = tidingsOf(KINDS[ywzt], {
    reason: bz,
    points: bzcl.map(({ cldm, zddm, yq }) => ({ material: cldm, field: zddm, what: yq })),
    result: jgmc === null ? null : { number: jgwh, nameZh: jgmc, validTo: null, document: null },
  });
  return { ...said, id: dtxh, at: new Date(sj * 1_000), key, reference };
}
