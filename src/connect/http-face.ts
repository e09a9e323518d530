import type { Clock } from '../clock/index.ts';
import type { EngineChoice, HttpFace } from './connector.ts';
import { axiosEngine } from './transport/axios-engine.ts';
import { formClient } from './transport/form.ts';
import { jsonClient } from './transport/json.ts';
import type { LinkTools } from './transport/link.ts';
import { soapClient } from './transport/soap.ts';
import { undiciEngine } from './transport/undici-engine.ts';

const DEFAULT_MAX_BYTES = 8 * 1024 * 1024;
const ENGINES = { undici: undiciEngine, axios: axiosEngine };

interface FaceTools {
  readonly clock: Clock;
  readonly connections: number;
  /** Takes what closes an engine that was opened. */
  readonly onOpen: (close: () => Promise<void>) => void;
}

/** The HTTP clients a connector is given. */
export function httpFace({ clock, connections, onOpen }: FaceTools): HttpFace {
  function tools({ engine = 'undici', maxBytes = DEFAULT_MAX_BYTES }: EngineChoice): LinkTools {
    const opened = ENGINES[engine]({ connections, maxBytes });
    onOpen(() => opened.close());
    return { clock, engine: opened, maxBytes };
  }
  return {
    json: (options) => jsonClient(options, tools(options)),
    soap: (options) => soapClient(options, tools(options)),
    form: (options) => formClient(options, tools(options)),
  };
}
