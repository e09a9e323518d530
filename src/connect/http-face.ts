import type { Clock } from '../clock/index.ts';
import type { EngineChoice, HttpFace } from './connector.ts';
import { type OutboundRule, outboundTo } from './outbound/outbound.ts';
import { axiosEngine } from './transport/axios-engine.ts';
import { formClient } from './transport/form.ts';
import { graphqlClient } from './transport/graphql.ts';
import { jsonClient } from './transport/json.ts';
import type { LinkOptions, LinkTools } from './transport/link.ts';
import { soapClient } from './transport/soap.ts';
import { undiciEngine } from './transport/undici-engine.ts';

const DEFAULT_MAX_BYTES = 8 * 1024 * 1024;
const ENGINES = { undici: undiciEngine, axios: axiosEngine };

interface FaceTools {
  readonly clock: Clock;
  readonly connections: number;
  readonly outbound: OutboundRule;
  /** Takes what closes an engine that was opened. */
  readonly onOpen: (close: () => Promise<void>) => void;
}

/** The HTTP clients a connector is given. */
export function httpFace({ clock, connections, outbound: rule, onOpen }: FaceTools): HttpFace {
  function tools({ url, engine = 'undici', maxBytes = DEFAULT_MAX_BYTES }: LinkOptions & EngineChoice): LinkTools {
    const outbound = outboundTo(url, rule, clock);
    const opened = ENGINES[engine]({ connections, maxBytes, outbound });
    onOpen(() => opened.close());
    return { clock, engine: opened, outbound, maxBytes };
  }
  return {
    json: (options) => jsonClient(options, tools(options)),
    soap: (options) => soapClient(options, tools(options)),
    form: (options) => formClient(options, tools(options)),
    graphql: (options) => graphqlClient(options, tools(options)),
  };
}
