import { Agent, type Dispatcher, errors } from 'undici';
import type { Ending } from '../../clock/index.ts';
import { undiciConnect } from '../outbound/dial.ts';
import { BodyTooLarge, type EngineOptions, type HttpEngine, type WireRequest, type WireResponse } from './wire.ts';

/** The engine for hot reads: one keep-alive pool per source, no redirects, no proxy. */
export function undiciEngine(options: EngineOptions): HttpEngine {
  const agent = new Agent({
    connections: options.connections,
    connect: undiciConnect(options.outbound, { timeout: 2_000 }),
    maxResponseSize: options.maxBytes,
    maxHeaderSize: 16_384,
    keepAliveTimeout: 10_000,
    // The call's own deadline is the only clock.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    send: (request, { signal }) => new Promise((resolve, reject) => sendBy(agent, request, new Exchange(signal, resolve, reject))),
    close: () => agent.destroy(),
  };
}

function sendBy(agent: Agent, { method, url, headers, body }: WireRequest, exchange: Exchange): void {
  if (exchange.hasEnded) return;
  agent.dispatch({ origin: url.origin, path: `${url.pathname}${url.search}`, method, headers, body: body ?? null }, exchange);
}

/** One request and its reply, collected as it comes; a signal ends it at any point. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #signal: Ending;
  readonly #resolve: (response: WireResponse) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #onAbort = () => this.#giveUp();
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: Readonly<Record<string, string>> = {};
  hasEnded = false;

  constructor(signal: Ending, resolve: (response: WireResponse) => void, reject: (reason: unknown) => void) {
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    if (signal.aborted) this.#giveUp();
    else signal.addEventListener('abort', this.#onAbort);
  }

  /** It may have been given up while it waited for a connection. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.hasEnded) controller.abort(this.#signal.reason as Error);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[] | undefined>): void {
    this.#status = status;
    this.#headers = flat(headers);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first, second] = this.#chunks;
    const body = first && !second ? first : Buffer.concat(this.#chunks);
    this.#end(() => this.#resolve({ status: this.#status, headers: this.#headers, body }));
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const isTooLarge = error instanceof errors.ResponseExceededMaxSizeError;
    this.#end(() => this.#reject(isTooLarge ? new BodyTooLarge('reply too large', { cause: error }) : error));
  }

  #giveUp(): void {
    this.#end(() => this.#reject(this.#signal.reason));
    this.#controller?.abort(this.#signal.reason as Error);
  }

  #end(told: () => void): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
    told();
  }
}

/** Names are in lower case already. */
function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) out[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return out;
}
