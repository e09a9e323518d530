/**
 * A desk 收件窗口: how a connector hands applications to its agency and hears what became of them. Glossary:
 *
 * - application 申报: one item of a case, as it is handed to one agency.
 * - key 幂等键: names an application for ever; the same key is never a second application.
 * - reference 受理号: the agency's own name for it.
 * - receipt 回执: the agency's word that it has the application.
 * - tidings 办件动态: something the agency says happened to an application.
 * - standing 办理状态: all the tidings there are, when the agency is asked.
 */
import type { AgencyError } from './errors.ts';
import type { Call } from './types.ts';

/** A material as it is handed over: bytes are read when they are needed. */
export interface ApplicationMaterial {
  /** Id in the catalogue. */
  readonly id: string;
  readonly nameZh: string;
  /** Media type, digest and size of the file; null where a commitment or a certificate's number stands for it. */
  readonly file: { readonly name: string; readonly type: string; readonly sha256: string; read(): Promise<Buffer> } | null;
  /** Number of a certificate that was fetched instead. */
  readonly number: string | null;
  /** It follows later: accepted with a commitment. */
  readonly follows: boolean;
}

export interface Application {
  readonly key: string;
  readonly caseNumber: string;
  readonly item: { readonly code: string; readonly slug: string; readonly nameZh: string };
  readonly applicant: {
    readonly uscc: string | null;
    readonly idNumber: string | null;
    readonly nameZh: string;
    readonly phone: string | null;
  };
  readonly form: Readonly<Record<string, unknown>>;
  readonly materials: readonly ApplicationMaterial[];
  readonly submittedAt: Date;
}

export interface Receipt {
  readonly reference: string;
}

/** Names an application: by the hall's key, and by the agency's reference where it is known. */
export interface Named {
  readonly key: string;
  readonly reference: string | null;
  readonly item: { readonly code: string; readonly slug: string };
}

/** What an agency may ask to be mended, all of it at once. */
export interface CorrectionPoint {
  /** A material or a field of the form. */
  readonly material: string | null;
  readonly field: string | null;
  readonly what: string;
}

/** What was decided, and the paper that says so. */
export interface DeskResult {
  readonly number: string | null;
  readonly nameZh: string;
  /** Last day it is good for, `YYYY-MM-DD`. */
  readonly validTo: string | null;
  /** Unified social credit code of the enterprise that the decision brought into being: later items are filed in its name. */
  readonly establishes?: string | undefined;
  /** The document itself, where the agency sends it. */
  readonly document: { readonly type: string; readonly bytes: Buffer } | null;
  /** By what anybody can check the document, as the agency sent it: a check code, a signature. */
  readonly verification?: Verification | null;
}

/** How a document is checked: the agency's own word for the method, and its value as it came. */
export interface Verification {
  readonly method: string;
  readonly value: string;
}

export type TidingsKind =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'not-accepted'; readonly reason: string }
  | { readonly kind: 'correction'; readonly points: readonly CorrectionPoint[] }
  | { readonly kind: 'corrected' }
  | { readonly kind: 'special-started'; readonly reason: string }
  | { readonly kind: 'special-ended' }
  | { readonly kind: 'granted'; readonly result: DeskResult | null }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'withdrawn' };

/** Something that happened at the agency. `id` is the agency's own, the same whenever it tells it again. */
export type Tidings = TidingsKind & {
  readonly id: string;
  /** When it happened, by the agency's word. */
  readonly at: Date;
  /** The application: the hall's key, or the agency's reference where it does not keep keys. */
  readonly key: string | null;
  readonly reference: string | null;
};

export interface Standing {
  readonly reference: string;
  readonly tidings: readonly Tidings[];
}

/** What an agency can do; differences between agencies are data, never a branch on who it is. */
export interface DeskTraits {
  /** Sending the same key again is harmless: the agency answers with the first receipt. */
  readonly idempotent: boolean;
  /** It calls back; without that it is asked every so often. */
  readonly callsBack: boolean;
}

/** A call-back as it arrived. */
export interface CallbackRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a call-back turned out to be: `reply` is sent in the agency's own way once the tidings are kept. */
export interface Callback {
  readonly tidings: readonly Tidings[];
  readonly reply: { readonly status: number; readonly type: string; readonly body: Buffer | string };
}

/** Not signed as the agency signs, too old, or not its message at all: answered 401, nothing changes. */
export class CallbackRefused extends Error {
  override readonly name = 'CallbackRefused';
}

/** One agency's desk. What it lacks it cannot do: without `inquire` an unknown outcome is for a person. */
export interface Desk {
  /** The agency asked, where it is not the connector's own. */
  readonly agency?: string;
  /** Slugs or codes of the items it takes. */
  readonly items: readonly string[];
  readonly traits: DeskTraits;
  submit(application: Application, call: Call): Promise<Receipt>;
  /** What became of it; null when the agency has nothing under this name. */
  inquire?(named: Named, call: Call): Promise<Standing | null>;
  /** Hands in what a correction asked for, or what followed later. `number` counts from 1 and belongs to the key. */
  supplement?(
    named: Named,
    supplement: {
      readonly number: number;
      readonly form: Readonly<Record<string, unknown>>;
      readonly materials: readonly ApplicationMaterial[];
    },
    call: Call,
  ): Promise<void>;
  withdraw?(named: Named, reason: string, call: Call): Promise<void>;
  /** Checks signature and time, and reads the tidings. Throws {@link CallbackRefused}. */
  callback?(request: CallbackRequest): Promise<Callback>;
}

/** What came of one call of a desk. */
export type Handed<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** `mayHaveArrived`: nobody can know whether the agency took it; ask before sending again. */
  | { readonly kind: 'failed'; readonly error: AgencyError; readonly mayHaveArrived: boolean };
