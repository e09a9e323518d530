import type { Clock } from '../clock/index.ts';
import type { DatabaseFace } from './connector.ts';
import type { OutboundRule } from './outbound/outbound.ts';
import { type ExchangeWatch, openExchange } from './transport/exchange/client.ts';
import { outboundOf, targetOf } from './transport/exchange/database.ts';
import { openMysql } from './transport/exchange/mysql.ts';
import { openPostgres } from './transport/exchange/postgres.ts';
import type { Log } from './types.ts';

/** Longest that one statement may take: all of ours are small. */
const STATEMENT_MS = 5_000;
const OPEN = { postgres: openPostgres, mysql: openMysql };

interface FaceTools {
  readonly clock: Clock;
  readonly log: Log;
  readonly connections: number;
  readonly outbound: OutboundRule;
  /** The connector's own agency. */
  readonly agency: string;
  /** Takes what closes a pool that was opened. */
  readonly onOpen: (close: () => Promise<void>) => void;
  /** Takes what shows the requests that are open there. */
  readonly onExchange: (watch: ExchangeWatch) => void;
}

/** The database clients a connector is given. */
export function databaseFace({ clock, log, connections, outbound, agency, onOpen, onExchange }: FaceTools): DatabaseFace {
  return {
    exchange(options) {
      const target = targetOf(options);
      const database = OPEN[target.dialect](target, { connections, statementMs: STATEMENT_MS }, outboundOf(target, outbound, clock));
      const { client, watch, close } = openExchange(options, {
        clock,
        log,
        database,
        dialect: target.dialect,
        key: target.password,
        agency,
      });
      onOpen(close);
      onExchange(watch);
      return client;
    },
  };
}
