/** A subscriber that stays: where its line breaks it goes on at the next gateway, after the last event that it has seen. */
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'graphql-sse';
import type { GraphqlError } from './harness.ts';

const QUERY = 'subscription ($after: ID) { caseUpdated(after: $after) { eventId kind caseNumber item { slug } } }';
const AGAIN_MS = 200;

export interface SeenEvent {
  readonly eventId: string;
  readonly kind: string;
  readonly caseNumber: string;
  readonly item: { readonly slug: string } | null;
}

export interface Follower extends AsyncDisposable {
  /** Every event in the order in which it came. */
  readonly seen: readonly SeenEvent[];
  /** Errors that it was told of over an open line. */
  readonly errors: readonly GraphqlError[];
  /** Times the line could not be opened or was cut. */
  readonly cuts: readonly string[];
}

/** Follows all cases from the first event on. */
export function followAgain(urls: readonly string[], token: () => Promise<string>): Follower {
  const seen: SeenEvent[] = [];
  const errors: GraphqlError[] = [];
  const cuts: string[] = [];
  const closed = new AbortController();
  let current: { dispose(): void } | undefined;

  async function line(url: string): Promise<void> {
    const headers = { authorization: `Bearer ${await token()}` };
    if (closed.signal.aborted) return;
    const client = createClient({ url: `${url}/graphql/stream`, headers, retryAttempts: 0 });
    current = client;
    const variables = { after: seen.at(-1)?.eventId ?? '0.0' };
    for await (const answer of client.iterate<{ caseUpdated: SeenEvent }>({ query: QUERY, variables })) {
      errors.push(...((answer.errors ?? []) as unknown as GraphqlError[]));
      if (answer.data) seen.push(answer.data.caseUpdated);
    }
    client.dispose();
  }

  async function follow(): Promise<void> {
    for (let i = 0; !closed.signal.aborted; i++) {
      await line(urls[i % urls.length] ?? '').catch((cause: unknown) => void cuts.push(String(cause)));
      await delay(AGAIN_MS, undefined, { signal: closed.signal }).catch(() => {});
    }
  }
  const following = follow();
  return {
    seen,
    errors,
    cuts,
    async [Symbol.asyncDispose]() {
      closed.abort();
      current?.dispose();
      await following;
    },
  };
}
