import type { CallbackRequest } from '../connect/index.ts';
import type { Files } from '../files/index.ts';
import type { Unit } from '../store/index.ts';
import { type Told, tellTidings } from './callbacks.ts';
import { type AttachInput, attachMaterial } from './commands/attach.ts';
import { type CorrectionInput, type DecideInput, decide, requestCorrection, takeTask } from './commands/bureau.ts';
import { type AssignInput, assignCommissioner } from './commands/commissioner.ts';
import { type SupplementInput, supplement, withdraw } from './commands/correcting.ts';
import { type DeliveryInput, setDelivery } from './commands/delivery.ts';
import { saveForm } from './commands/form.ts';
import { type OpenInput, openCase } from './commands/open.ts';
import { confirmPickup } from './commands/pickup.ts';
import { type ConfirmInput, confirmReceipt, resendItem, settleItem } from './commands/stuck.ts';
import { type Prepared, type SubmitInput, submitCase, wantedBy } from './commands/submit.ts';
import { subjectOf } from './contents.ts';
import { keepReport } from './errands/index.ts';
import { type Feed, openFeed } from './feed.ts';
import { fetcherOf } from './fetching.ts';
import { type Problem, Refused } from './problem.ts';
import type { HeldCase } from './record.ts';
import type { CasesTools, Who } from './tools.ts';
import { type CaseView, type Views, viewsOf } from './views.ts';
import { startWork } from './work/index.ts';

/** What came of a command: the case as it is now, or what must be mended. */
export type Outcome =
  | { readonly kind: 'done'; readonly number: string }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

/** What a call-back came to, in the agency's own words. */
export interface CallbackAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer | string;
}

/** The life of cases. Every command is one transaction; what it refuses leaves nothing behind. */
export interface Cases {
  readonly views: Views;
  readonly feed: Feed;
  /** Files of materials and decisions. */
  readonly files: Files;
  /** The keyed hash by which cases of an applicant are found. */
  subjectOf(applicant: { readonly uscc?: string | undefined; readonly idNumber?: string | undefined }): string;
  open(input: OpenInput, who: Who): Promise<Outcome>;
  saveForm(input: { readonly number: string; readonly form: Readonly<Record<string, unknown>> }, who: Who): Promise<Outcome>;
  attach(input: AttachInput, who: Who): Promise<Outcome>;
  /** `check` says what is wrong with the filled form. */
  submit(input: SubmitInput, who: Who, check: (view: CaseView) => readonly Problem[]): Promise<Outcome>;
  supplement(input: SupplementInput, who: Who): Promise<Outcome>;
  withdraw(input: { readonly number: string; readonly reason: string }, who: Who): Promise<Outcome>;
  assignCommissioner(input: AssignInput, who: Who): Promise<Outcome>;
  resend(input: { readonly item: string; readonly reason: string }, who: Who): Promise<Outcome>;
  confirmReceipt(input: ConfirmInput, who: Who): Promise<Outcome>;
  settle(input: { readonly item: string; readonly granted: boolean; readonly reason: string }, who: Who): Promise<Outcome>;
  setDelivery(input: DeliveryInput, who: Who): Promise<Outcome>;
  confirmPickup(input: { readonly number: string }, who: Who): Promise<Outcome>;
  takeTask(input: { readonly item: string }, who: Who): Promise<Outcome>;
  requestCorrection(input: CorrectionInput, who: Who): Promise<Outcome>;
  decide(input: DecideInput, who: Who): Promise<Outcome>;
  /** Takes a call-back: undefined when no desk of this connector listens. Rejects with `CallbackRefused`. */
  callback(connector: string, request: CallbackRequest): Promise<CallbackAnswer | undefined>;
  close(): Promise<void>;
}

/** Opens the room and begins to work: sends, asks, warns, until it is closed. */
export async function openCases(tools: CasesTools): Promise<Cases> {
  const views = viewsOf(tools);
  const feed = await openFeed(tools);
  const stopWork = startWork(tools);

  async function run(work: (unit: Unit) => Promise<HeldCase | { readonly number: string }>): Promise<Outcome> {
    try {
      const done = await tools.store.transaction(work);
      return { kind: 'done', number: 'row' in done ? done.row.number : done.number };
    } catch (cause) {
      if (cause instanceof Refused) return { kind: 'refused', problems: cause.problems };
      throw cause;
    }
  }

  return {
    views,
    feed,
    files: tools.files,
    subjectOf: ({ uscc = null, idNumber = null }) => subjectOf(tools.vault, { uscc, idNumber }),
    open: (input, who) => run((unit) => openCase(unit, input, who, tools)),
    saveForm: (input, who) => run((unit) => saveForm(unit, input, who, tools)),
    attach: (input, who) => run((unit) => attachMaterial(unit, input, who, tools)),
    async submit(input, who, check) {
      tools.at?.('P1');
      const view = await views.case(input.number);
      const prepared = view && !view.row.submittedAt ? await prepare(view, check, who, tools) : NOTHING;
      const outcome = await run((unit) => submitCase(unit, input, prepared, who, tools));
      tools.at?.('P3');
      return outcome;
    },
    supplement: (input, who) => run((unit) => supplement(unit, input, who, tools)),
    withdraw: (input, who) => run((unit) => withdraw(unit, input, who, tools)),
    assignCommissioner: (input, who) => run((unit) => assignCommissioner(unit, input, who, tools)),
    resend: (input, who) => run((unit) => resendItem(unit, input, who, tools)),
    confirmReceipt: (input, who) => run((unit) => confirmReceipt(unit, input, who, tools)),
    settle: (input, who) => run((unit) => settleItem(unit, input, who, tools)),
    setDelivery: (input, who) => run((unit) => setDelivery(unit, input, who, tools)),
    confirmPickup: (input, who) => run((unit) => confirmPickup(unit, input, who, tools)),
    takeTask: (input, who) => run((unit) => takeTask(unit, input, who, tools)),
    requestCorrection: (input, who) => run((unit) => requestCorrection(unit, input, who, tools)),
    decide: (input, who) => run((unit) => decide(unit, input, who, tools)),
    async callback(connector, request) {
      const read = await tools.engine.desks.callback(connector, request);
      if (!read) return reported(connector, request, tools);
      const told: Told[] = [];
      for (const tidings of read.tidings) told.push(await tellTidings({ connector, agency: read.agency }, tidings, tools));
      tools.at?.('P10');
      return { ...read.reply, status: statusOf(told) ?? read.reply.status };
    },
    async close() {
      await stopWork();
      await feed.close();
    },
  };
}

/** The agency's own answer holds unless it spoke for another agency (403), or of an application nobody knows yet (202). */
function statusOf(told: readonly Told[]): number | undefined {
  if (told.includes('foreign')) return 403;
  return told.includes('quarantined') ? 202 : undefined;
}

/** What a carrier reports of texts and parcels. */
async function reported(connector: string, request: CallbackRequest, tools: CasesTools): Promise<CallbackAnswer | undefined> {
  const read = await tools.engine.carriers.callback(connector, request);
  if (!read) return undefined;
  const kept = [];
  for (const report of read.reports) kept.push(await keepReport(connector, report, tools));
  return { ...read.reply, status: kept.includes('foreign') ? 202 : read.reply.status };
}

const NOTHING: Prepared = { fetched: new Map(), hasBadCredit: undefined, problems: [] };

/** Everything a submission needs to know of agencies, asked before any row is held. */
async function prepare(view: CaseView, check: (view: CaseView) => readonly Problem[], who: Who, tools: CasesTools): Promise<Prepared> {
  const { applicant } = view.contents();
  const fetcher = fetcherOf({ number: view.row.number, applicant, who }, tools);
  const there = new Set((await viewsOf(tools).materials(view.row.id)).map(({ material }) => material));
  const wanted = [...wantedBy({ row: view.row, items: view.items.map(({ row }) => row) }, tools).keys()].filter((id) => !there.has(id));
  const [fetched, hasBadCredit] = await Promise.all([
    Promise.all(wanted.map(async (id) => [id, await fetcher.material(id)] as const)),
    fetcher.hasBadCredit(),
  ]);
  await fetcher.keep();
  return { fetched: new Map(fetched), hasBadCredit, problems: check(view) };
}
