import type {
  Application,
  ApplicationMaterial,
  Callback,
  CallbackRequest,
  Desk,
  DeskTraits,
  Handed,
  Named,
  Receipt,
  Standing,
} from './desk.ts';
import type { Asking, Source } from './source.ts';

/** A desk as the hall uses it: every call passes the guard of its source and comes back as data. */
export interface Counter {
  readonly connector: string;
  readonly agency: string;
  readonly traits: DeskTraits;
  readonly can: { readonly inquire: boolean; readonly supplement: boolean; readonly withdraw: boolean };
  submit(application: Application, asking: Asking): Promise<Handed<Receipt>>;
  inquire(named: Named, asking: Asking): Promise<Handed<Standing | null>>;
  supplement(named: Named, what: Supplement, asking: Asking): Promise<Handed<void>>;
  withdraw(named: Named, reason: string, asking: Asking): Promise<Handed<void>>;
}

export interface Supplement {
  readonly number: number;
  readonly form: Readonly<Record<string, unknown>>;
  readonly materials: readonly ApplicationMaterial[];
}

/** All desks of the hall's connectors. */
export interface Desks {
  /** The desk that takes an item, by its slug or code; undefined: the bureau's own. */
  of(item: { readonly slug: string; readonly code: string }): Counter | undefined;
  /** Reads a call-back of one connector; undefined when it has no desk that listens. */
  callback(connector: string, request: CallbackRequest): Promise<(Callback & { readonly agency: string }) | undefined>;
}

/** A desk with the source that guards it. */
export interface OpenDesk {
  readonly desk: Desk;
  readonly source: Pick<Source, 'connector' | 'agency' | 'hand'>;
}

/** Lays out which desk takes which item. Refuses two desks for one item. */
export function layOut(open: readonly OpenDesk[]): Desks {
  const byItem = new Map<string, OpenDesk>();
  for (const each of open) for (const item of each.desk.items) place(byItem, item, each);
  const counters = new Map(open.map((each) => [each, counterOf(each)]));
  return {
    of({ slug, code }) {
      const found = byItem.get(slug) ?? byItem.get(code);
      return found && counters.get(found);
    },
    async callback(connector, request) {
      const listening = open.filter(({ desk, source }) => source.connector === connector && desk.callback);
      return firstThatKnows(listening, request);
    },
  };
}

/** Of several desks behind one address the one whose signature it is. */
async function firstThatKnows(listening: readonly OpenDesk[], request: CallbackRequest) {
  let refusal: unknown;
  for (const { desk, source } of listening) {
    try {
      const read = await desk.callback?.(request);
      if (read) return { ...read, agency: source.agency };
    } catch (cause) {
      refusal = cause;
    }
  }
  if (refusal) throw refusal;
  return undefined;
}

function place(byItem: Map<string, OpenDesk>, item: string, open: OpenDesk): void {
  const other = byItem.get(item);
  if (other)
    throw new Error(`${item} is taken by two desks, of ${other.source.connector} and ${open.source.connector}: switch one connector off`);
  byItem.set(item, open);
}

function counterOf({ desk, source }: OpenDesk): Counter {
  const { connector, agency } = source;
  const unable = (what: string): never => {
    throw new TypeError(`the desk of ${connector} cannot ${what}: look at "can" first`);
  };
  return {
    connector,
    agency,
    traits: desk.traits,
    can: { inquire: desk.inquire !== undefined, supplement: desk.supplement !== undefined, withdraw: desk.withdraw !== undefined },
    submit: (application, asking) => source.hand('desk.submit', asking, (call) => desk.submit(application, call)),
    inquire: (named, asking) => source.hand('desk.inquire', asking, (call) => (desk.inquire ?? unable('inquire'))(named, call)),
    supplement: (named, what, asking) =>
      source.hand('desk.supplement', asking, (call) => (desk.supplement ?? unable('supplement'))(named, what, call)),
    withdraw: (named, reason, asking) =>
      source.hand('desk.withdraw', asking, (call) => (desk.withdraw ?? unable('withdraw'))(named, reason, call)),
  };
}
