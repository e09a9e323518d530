/**
 * A carrier 送达渠道: how the hall reaches people. A messenger 短信 carries texts, a courier 寄递 carries papers. Glossary:
 *
 * - errand 送达: one text or parcel for one person; its key names it for ever, the same key is never a second one.
 * - report 回报: what the carrier says happened to it.
 */
import { CallbackRefused, type CallbackRequest, type DeskTraits, type Handed, type Receipt } from './desk.ts';
import type { Asking, Source } from './source.ts';
import type { Call } from './types.ts';

export interface TextMessage {
  readonly key: string;
  /** Phone number. */
  readonly to: string;
  readonly text: string;
}

export interface Parcel {
  readonly key: string;
  readonly to: { readonly nameZh: string; readonly phone: string; readonly address: string };
  /** What is in it, for the waybill: names of documents, nothing personal. */
  readonly contents: string;
}

export type ReportKind = 'collected' | 'in-transit' | 'delivered' | 'failed';

/** What a carrier says happened. `id` is its own, the same whenever it says it again. */
export interface Report {
  readonly id: string;
  readonly kind: ReportKind;
  readonly at: Date;
  readonly key: string;
  /** Who took it, or why it failed; as the carrier words it. */
  readonly note: string | null;
}

/** One carrier. What it lacks it cannot do. */
export interface Carrier<What> {
  /** The agency asked, where it is not the connector's own. */
  readonly agency?: string;
  readonly traits: DeskTraits;
  send(what: What, call: Call): Promise<Receipt>;
  /** What became of it; null when the carrier has nothing under this key. */
  inquire?(key: string, call: Call): Promise<{ readonly reference: string; readonly reports: readonly Report[] } | null>;
  /** Checks signature and time, and reads the reports. Throws {@link CallbackRefused}. */
  callback?(request: CallbackRequest): Promise<ReportCallback>;
}

export interface ReportCallback {
  readonly reports: readonly Report[];
  readonly reply: { readonly status: number; readonly type: string; readonly body: Buffer | string };
}

export type Messenger = Carrier<TextMessage>;
export type Courier = Carrier<Parcel>;

/** A carrier as the hall uses it: every call passes the guard of its source and comes back as data. */
export interface CarrierCounter<What> {
  readonly connector: string;
  readonly traits: DeskTraits;
  readonly canInquire: boolean;
  send(what: What, asking: Asking): Promise<Handed<Receipt>>;
  inquire(key: string, asking: Asking): Promise<Handed<{ readonly reference: string; readonly reports: readonly Report[] } | null>>;
}

/** The carriers of a hall: at most one of each kind. */
export interface Carriers {
  readonly messenger: CarrierCounter<TextMessage> | undefined;
  readonly courier: CarrierCounter<Parcel> | undefined;
  /** Reads a call-back of one connector; undefined when it has no carrier that listens. */
  callback(connector: string, request: CallbackRequest): Promise<ReportCallback | undefined>;
}

/** A carrier with the source that guards it. */
export interface OpenCarrier<What> {
  readonly carrier: Carrier<What>;
  readonly source: Pick<Source, 'connector' | 'agency' | 'hand'>;
}

export function layOutCarriers(messengers: readonly OpenCarrier<TextMessage>[], couriers: readonly OpenCarrier<Parcel>[]): Carriers {
  const messenger = theOnly('messenger', messengers);
  const courier = theOnly('courier', couriers);
  const listening: readonly OpenCarrier<never>[] = [...messengers, ...couriers];
  return {
    messenger: messenger && counterOf(messenger),
    courier: courier && counterOf(courier),
    async callback(connector, request) {
      let refusal: unknown;
      for (const { carrier } of listening.filter(({ source }) => source.connector === connector))
        try {
          const read = await carrier.callback?.(request);
          if (read) return read;
        } catch (cause) {
          refusal = cause;
        }
      if (refusal instanceof CallbackRefused) throw refusal;
      return undefined;
    },
  };
}

function theOnly<What>(kind: string, open: readonly OpenCarrier<What>[]): OpenCarrier<What> | undefined {
  const [first, other] = open;
  if (first && other)
    throw new Error(`${first.source.connector} and ${other.source.connector} both bring a ${kind}: switch one connector off`);
  return first;
}

function counterOf<What>({ carrier, source }: OpenCarrier<What>): CarrierCounter<What> {
  const inquire = carrier.inquire?.bind(carrier);
  return {
    connector: source.connector,
    traits: carrier.traits,
    canInquire: inquire !== undefined,
    send: (what, asking) => source.hand('carrier.send', asking, (call) => carrier.send(what, call)),
    inquire: (key, asking) =>
      source.hand('carrier.inquire', asking, async (call) => {
        if (!inquire) throw new TypeError(`the carrier of ${source.connector} cannot be asked: look at canInquire first`);
        return inquire(key, call);
      }),
  };
}
