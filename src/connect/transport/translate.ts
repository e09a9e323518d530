import { z } from 'zod';
import type { Ending } from '../../clock/index.ts';
import { DecodeError } from '../codec/decode-error.ts';
import { DeadlineOver } from '../ending.ts';
import { AgencyError, type AgencyErrorDetail, type AgencyFault } from '../errors.ts';
import { OutboundRefused } from '../outbound/allow-list.ts';
import type { Waiting } from '../types.ts';
import { DatabaseTrouble } from './exchange/trouble.ts';
import { BodyTooLarge, type WireResponse } from './wire.ts';

/** Turns whatever a transport threw into the one error type. The only place that knows network errors. */
export function translate(cause: unknown, call: Waiting): AgencyError {
  if (cause instanceof AgencyError) return cause;
  const [fault, reason] = faultOf(cause, call.signal);
  return new AgencyError(call, fault, { cause, private: { reason } });
}

function faultOf(cause: unknown, signal: Ending): [AgencyFault, string] {
  if (isDeadline(cause) || isDeadline(signal.reason)) return ['TIMEOUT', 'deadline'];
  if (cause instanceof BodyTooLarge) return ['PROTOCOL', 'reply too large'];
  if (cause instanceof DecodeError) return ['PROTOCOL', cause.message];
  if (cause instanceof z.ZodError) return ['PROTOCOL', shapeFaults(cause)];
  const refused = outboundRefusal(cause);
  if (refused) return ['UNAVAILABLE', refused.message];
  if (cause instanceof DatabaseTrouble) return [cause.fault, cause.message];
  const code = networkCode(cause);
  if (code && NOT_HTTP.test(code)) return ['PROTOCOL', code];
  return ['UNAVAILABLE', code ?? (cause instanceof Error ? cause.name : 'unknown')];
}

/** A connection that was not made, because the hall does not allow it. Engines wrap it. */
function outboundRefusal(cause: unknown): OutboundRefused | undefined {
  for (let error = cause; error instanceof Error; error = error.cause) if (error instanceof OutboundRefused) return error;
  return undefined;
}

/** A call's own deadline, or that of the request behind it (`AbortSignal.timeout`). */
function isDeadline(reason: unknown): boolean {
  return reason instanceof DeadlineOver || (reason instanceof DOMException && reason.name === 'TimeoutError');
}

/** What the engines say of a reply that is not HTTP: node's parser, undici's (which at times gives no code), long headers. */
const NOT_HTTP = /^(?:HPE_|HTTPParserError$|UND_ERR_HEADERS_OVERFLOW$)/;

function networkCode(cause: unknown): string | undefined {
  for (let error = cause; error instanceof Error; error = error.cause) {
    const code = (error as { code?: unknown }).code;
    if (typeof code === 'string') return code;
    if (error.name === 'HTTPParserError') return error.name;
  }
  return undefined;
}

/** Where a reply departs from its shape: paths and kinds only, never values. */
function shapeFaults(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'reply'}: ${issue.code}`)
    .join('; ');
}

/** Checks the status of a reply. 404 is left to the transport: for some agencies it means "no such record". */
export function statusFault(response: WireResponse, call: Waiting, now: number): AgencyError | undefined {
  const { status } = response;
  if (status >= 200 && status < 300) return undefined;
  const detail: AgencyErrorDetail = { retryAfterMs: retryAfter(response, now), private: { status } };
  return new AgencyError(call, faultOfStatus(status), detail);
}

function faultOfStatus(status: number): AgencyFault {
  if (status >= 300 && status < 400) return 'PROTOCOL';
  if (status === 401 || status === 403) return 'CREDENTIALS';
  if (status === 408 || status === 504) return 'TIMEOUT';
  if (status === 429) return 'THROTTLED';
  return status >= 500 ? 'UNAVAILABLE' : 'REFUSED';
}

function retryAfter(response: WireResponse, now: number): number | undefined {
  const header = response.headers['retry-after'];
  if (!header) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), 86_400_000) : undefined;
}
