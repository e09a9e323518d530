import type { Calendar } from '../calendar/index.ts';
import type { CaseRoom, CaseView, Problem } from '../cases/index.ts';
import type { Catalogue } from '../catalogue/index.ts';
import type { Clock } from '../clock/index.ts';
import type { Caller, Language, Reader, Served, SourceHealth } from '../connect/index.ts';
import type { ServiceSession } from '../trust/index.ts';
import type { AccessRoom, Looks, SchemaRule } from './access/index.ts';
import type { GlobalIds } from './global-id.ts';
import type { NoticeDesk } from './notice-desk.ts';

/** What a resolver may use: the caller as plain data, one reader for this request, and what is the same for all. */
export interface RequestContext {
  readonly caller: Caller;
  readonly language: Language;
  readonly traceId: string;
  readonly reader: Reader;
  readonly catalogue: Catalogue;
  readonly calendar: Calendar;
  readonly clock: Clock;
  /** How long the whole request may take, in milliseconds. */
  readonly timeMs: number;
  readonly ids: GlobalIds;
  readonly notices: NoticeDesk;
  /** Connector ids by agency. */
  readonly connectorsOf: (agency: string) => readonly string[];
  /** Who serves a section; undefined when no connector does. */
  readonly servedBy: (section: string) => Served | undefined;
  readonly cases: CaseRoom;
  /** The service session of this request. */
  readonly session: ServiceSession | undefined;
  /** What this request looks at, and whether it may. */
  readonly looks: Looks;
  readonly access: AccessRoom;
  /** The access rule of a field, like `Enterprise.tax`. */
  readonly ruleOf: (field: string) => SchemaRule | undefined;
  /** What is wrong with the filled form of a case. */
  readonly checkForm: (view: CaseView) => readonly Problem[];
  /** Ends with the request. */
  readonly signal: AbortSignal;
  /** How an agency's system is doing. */
  readonly healthOf: (agency: string) => SourceHealth | undefined;
}
