import http from 'node:http';
import https from 'node:https';
import { Socket } from 'node:net';
import { buildConnector } from 'undici';
import { unbracketed } from './allow-list.ts';
import type { Outbound } from './outbound.ts';

/** For undici's `connect` option: every connection is checked, also one that a followed redirect would make. */
export function undiciConnect(outbound: Outbound, options: Omit<buildConnector.BuildOptions, 'lookup'> = {}): buildConnector.connector {
  const connect = buildConnector({ ...options, lookup: outbound.lookup });
  return (target, done) => {
    try {
      outbound.checkHost(target.hostname);
    } catch (error) {
      done(error as Error, null);
      return;
    }
    connect(target, done);
  };
}

/** For axios and `node:http`: agents that check every connection. */
export function guardedAgents(
  outbound: Outbound,
  options: http.AgentOptions = {},
): { readonly httpAgent: http.Agent; readonly httpsAgent: https.Agent } {
  const all = { ...options, lookup: outbound.lookup };
  return { httpAgent: checked(new http.Agent(all), outbound), httpsAgent: checked(new https.Agent(all), outbound) };
}

/** For clients that speak a protocol of their own: a socket on its way to one checked address. */
export function guardedSocket(outbound: Outbound, { host, port }: { readonly host: string; readonly port: number }): Socket {
  outbound.checkHost(host);
  return new Socket().setNoDelay(true).connect({ host: unbracketed(host), port, lookup: outbound.lookup });
}

type Create = (options: { readonly host?: string | null }, done?: (error: Error | null, socket?: never) => void) => unknown;

function checked<A extends http.Agent>(agent: A, outbound: Outbound): A {
  // The types of node 20 leave out the method that its documents describe.
  const open = agent as unknown as { createConnection: Create };
  const create = open.createConnection.bind(agent);
  open.createConnection = (options, done) => {
    try {
      outbound.checkHost(options.host ?? 'localhost');
    } catch (error) {
      return done?.(error as Error);
    }
    return create(options, done);
  };
  return agent;
}
