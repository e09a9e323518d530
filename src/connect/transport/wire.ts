import type { Clock, Ending } from '../../clock/index.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { Call } from '../types.ts';

/** A request as signers and policies see it, whichever engine sends it. */
export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Form fields, encoded into `body` after signing. */
  readonly form?: Readonly<Record<string, string>>;
}

/** A reply, body read whole and within its limit. */
export interface WireResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What an engine is opened with. */
export interface EngineOptions {
  readonly connections: number;
  readonly maxBytes: number;
  /** Where its connections may go. */
  readonly outbound: Outbound;
}

/** Sends one request. Rejects with the network's error, or with the signal's reason. */
export interface HttpEngine {
  send(request: WireRequest, limits: { readonly signal: Ending; readonly maxBytes: number }): Promise<WireResponse>;
  close(): Promise<void>;
}

/** What a signer may use. `send` goes to the agency without signing, for fetching a token. */
export interface SignContext {
  readonly clock: Clock;
  readonly call: Call;
  send(request: WireRequest): Promise<WireResponse>;
}

/** Proves to the agency who asks, and opens what it sealed. */
export interface Signer {
  sign(request: WireRequest, context: SignContext): WireRequest | Promise<WireRequest>;
  /** Undoes the agency's seal on a reply, and checks its signature. */
  open?(response: WireResponse, request: WireRequest): WireResponse | Promise<WireResponse>;
  /** The agency refused the credentials of this request: forget them if they are still held; the call is tried once more. */
  renew?(refused: WireRequest): void;
}

/** A reply larger than its limit. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}
