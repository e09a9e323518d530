import type { IncomingMessage } from 'node:http';
import type { Caller } from '../connect/index.ts';
import { type Authenticator, type SignedRequest, Unauthenticated } from '../trust/index.ts';
import type { AddressReader, Rates } from './limits/index.ts';

/** What every door that asks who is there needs. */
export interface Gatekeeping {
  readonly authenticator: Authenticator;
  readonly rates: Rates;
  readonly addressOf: AddressReader;
}

/** Who sends a request. It counts before it looks: whoever tries tokens, or floods a door, costs a number and no signature. */
export async function signedIn(request: IncomingMessage, { authenticator, rates, addressOf }: Gatekeeping): Promise<Caller> {
  const address = addressOf(request);
  rates.check('refusedPerAddress', address);
  rates.take('perAddress', address);
  try {
    return await authenticator.authenticate(signedRequest(request));
  } catch (error) {
    if (error instanceof Unauthenticated) rates.take('refusedPerAddress', address);
    throw error;
  }
}

const signedRequest = (request: IncomingMessage): SignedRequest => ({
  authorization: authorizationsOf(request.rawHeaders),
  dpop: request.headers['dpop']?.toString(),
  method: request.method ?? '',
  url: request.url ?? '/',
});

const AUTHORIZATION = 'authorization';

/** Every `Authorization` header: Node would keep the first without a word. All headers told apart would cost more than this look. */
function authorizationsOf(raw: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i], raw[i + 1]];
    if (name.length === AUTHORIZATION.length && name.toLowerCase() === AUTHORIZATION) found.push(value);
  }
  return found;
}
