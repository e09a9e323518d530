/** Everything that can go wrong between the gateway and an agency. A closed table: codes are a promise to front-ends. */
const TABLE = {
  UNAVAILABLE: { retryable: true, zh: '系统暂时无法连接，请稍后再试。', en: 'cannot be reached right now; try again later.' },
  TIMEOUT: { retryable: true, zh: '未在规定时间内答复，请稍后再试。', en: 'did not answer in time; try again later.' },
  PENDING: { retryable: true, zh: '仍在查询，可凭回执再次查询。', en: 'is still answering; ask again with the ticket.' },
  MAINTENANCE: { retryable: true, zh: '系统正在维护，请在维护结束后再试。', en: 'is under maintenance; try again after it ends.' },
  THROTTLED: { retryable: true, zh: '请求过于频繁，请稍候再试。', en: 'takes no more questions right now; wait a moment.' },
  REFUSED: { retryable: false, zh: '拒绝了该请求，请核对所填信息。', en: 'refused the question; check what was asked.' },
  PROTOCOL: {
    retryable: false,
    zh: '返回的数据无法识别，请联系系统管理员。',
    en: 'sent an answer that cannot be read; tell the administrator.',
  },
  CREDENTIALS: {
    retryable: false,
    zh: '不接受本大厅的接入凭证，请联系系统管理员。',
    en: "does not accept this hall's credentials; tell the administrator.",
  },
  AMBIGUOUS: { retryable: false, zh: '查到多条不一致的记录，请人工核实。', en: 'holds more than one matching record; check by hand.' },
  NOT_CONNECTED: {
    retryable: false,
    zh: '尚未接入本大厅，请按线下方式办理。',
    en: 'is not connected to this hall yet; ask in the usual way.',
  },
} as const satisfies Record<string, { retryable: boolean; zh: string; en: string }>;

/** What went wrong, without the `AGENCY_` that clients see. */
export type AgencyFault = keyof typeof TABLE;

/** All faults, in the order of the table. */
export const AGENCY_FAULTS = Object.keys(TABLE) as readonly AgencyFault[];

/** Languages the gateway speaks to people. */
export type Language = 'zh' | 'en';

export interface AgencyErrorDetail {
  /** How long to wait before asking again, in milliseconds, where the agency said so. */
  readonly retryAfterMs?: number | undefined;
  /** When the agency can be asked again, where that is known: the end of its maintenance. */
  readonly until?: Date | undefined;
  /** The gateway itself held the call back, so it says nothing of the agency. */
  readonly isOurs?: boolean;
  /** With which the answer can be asked for again while it is on its way. */
  readonly ticket?: string;
  /** For the hall's own log; never reaches a client. No personal data. */
  readonly private?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** An agency could not answer. `message` is for logs; clients get {@link AgencyError.sentence}. */
export class AgencyError extends Error {
  override readonly name = 'AgencyError';
  readonly agency: string;
  readonly connector: string;
  readonly fault: AgencyFault;
  readonly retryAfterMs: number | undefined;
  readonly until: Date | undefined;
  readonly isOurs: boolean;
  readonly ticket: string | undefined;
  readonly private: Readonly<Record<string, unknown>>;

  constructor(source: { readonly connector: string; readonly agency: string }, fault: AgencyFault, detail: AgencyErrorDetail = {}) {
    super(`${source.connector} (${source.agency}): ${fault}`, { cause: detail.cause });
    this.agency = source.agency;
    this.connector = source.connector;
    this.fault = fault;
    this.retryAfterMs = detail.retryAfterMs;
    this.until = detail.until;
    this.isOurs = detail.isOurs ?? false;
    this.ticket = detail.ticket;
    this.private = detail.private ?? {};
  }

  /** The code clients see. */
  get code(): `AGENCY_${AgencyFault}` {
    return `AGENCY_${this.fault}`;
  }

  /** Whether asking again may help. */
  get retryable(): boolean {
    return TABLE[this.fault].retryable;
  }

  /** What a clerk can act on. `name` is the agency's name in that language. */
  sentence(language: Language, name: string): string {
    return language === 'zh' ? `${name}${TABLE[this.fault].zh}` : `${name} ${TABLE[this.fault].en}`;
  }
}
