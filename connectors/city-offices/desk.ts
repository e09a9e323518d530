import {
  AgencyError,
  type AgencyFault,
  type ApplicationMaterial,
  type Call,
  type Clock,
  type Desk,
  type ExchangeClient,
  type Tidings,
  type TidingsKind,
  tidingsOf,
} from '../../src/connect/index.ts';
import { type Node, ProgressReply, ReceiptReply, SERVICES } from './desk-wire.ts';

/** Powers that stayed with the city: the hall forwards them, and brings back what was decided. */
const ITEMS = ['energy-review-large', 'tender-document-filing', 'self-tender-filing'];

const KINDS: Readonly<Record<Node['jdlx'], TidingsKind['kind']>> = {
  SL: 'accepted',
  BY: 'not-accepted',
  BZ: 'correction',
  BQ: 'corrected',
  TX: 'special-started',
  TJ: 'special-ended',
  TG: 'granted',
  BT: 'refused',
  CH: 'withdrawn',
};

/** So the city turns a row away without having looked at what it says. */
const TURNED_AWAY: ReadonlySet<AgencyFault> = new Set(['MAINTENANCE', 'THROTTLED', 'CREDENTIALS']);
/** What was turned away is written anew, once in so long. */
const ANEW_MS = 5 * 60_000;

/**
 * The desk of the city's offices: an application is a row under our key, written once however often it is sent; its receipt is
 * the reply row. A database calls nobody back, so it is asked.
 */
export function cityDesk(city: ExchangeClient, clock: Clock): Desk {
  async function receiptOf(id: string, call: Call): Promise<string> {
    const receipt = await city.take(id, ReceiptReply, call);
    if (receipt === null) throw new TypeError('the city answered a submission as if it had been a question');
    return receipt.slh;
  }
  async function hand(service: string, id: string, body: object, call: Call): Promise<string> {
    await city.put({ service, id, body }, call);
    try {
      return await receiptOf(id, call);
    } catch (cause) {
      if (!(cause instanceof AgencyError) || !TURNED_AWAY.has(cause.fault)) throw cause;
      // That reply stays in its row: under the same id the city would be under maintenance for ever. It knows `wbbh` again.
      const anew = `${id}.r${Math.floor(clock.now() / ANEW_MS)}`;
      await city.put({ service, id: anew, body }, call);
      return receiptOf(anew, call);
    }
  }
  return {
    items: ITEMS,
    traits: { idempotent: true, callsBack: false },
    async submit({ key, item, applicant, form, materials, caseNumber }, call) {
      const body = {
        wbbh: key,
        bjbh: caseNumber,
        sxbm: item.code,
        sxmc: item.nameZh,
        sqr: { tyshxydm: applicant.uscc, zjhm: applicant.idNumber, mc: applicant.nameZh, lxdh: applicant.phone },
        bd: form,
        cl: await Promise.all(materials.map(paper)),
      };
      return { reference: await hand(SERVICES.submit, key, body, call) };
    },
    async inquire({ key }, call) {
      const reply = await city.ask(SERVICES.progress, { wbbh: key }, ProgressReply, call);
      return reply && { reference: reply.slh, tidings: reply.jdlb.map((node) => toTidings(key, reply.slh, node)) };
    },
    async supplement({ key }, { number, form, materials }, call) {
      const body = { wbbh: key, xh: number, bd: form, cl: await Promise.all(materials.map(paper)) };
      await hand(SERVICES.supplement, `${key}.b${number}`, body, call);
    },
    async withdraw({ key }, reason, call) {
      await hand(SERVICES.withdraw, `${key}.w`, { wbbh: key, yy: reason }, call);
    },
  };
}

const paper = async ({ id, nameZh, number, follows, file }: ApplicationMaterial) => ({
  cldm: id,
  clmc: nameZh,
  zzhm: number,
  hb: follows,
  wj: file && { lx: file.type, nr: (await file.read()).toString('base64') },
});

function toTidings(key: string, reference: string, { jdh, jdlx, sj, yj, bzlb, wh, wjmc }: Node): Tidings {
  const said = tidingsOf(KINDS[jdlx], {
    reason: yj,
    points: bzlb.map(({ cl, bdx, yq }) => ({ material: cl, field: bdx, what: yq })),
    result: wjmc === null ? null : { number: wh, nameZh: wjmc, validTo: null, document: null },
  });
  return { ...said, id: jdh, at: new Date(sj), key, reference };
}
