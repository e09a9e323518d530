import type { Secret } from '../secret.ts';
import type { Signer, WireRequest } from '../transport/wire.ts';

export interface ApiKeyOptions {
  readonly in: 'header' | 'query' | 'cookie';
  /** Name of the header (in lower case), parameter or cookie. */
  readonly name: string;
  readonly secret: Secret;
}

/** A fixed key beside every request. */
export function apiKey({ in: place, name, secret }: ApiKeyOptions): Signer {
  return {
    sign(request) {
      if (place === 'header') return withHeader(request, name, secret.reveal());
      if (place === 'cookie')
        return withHeader(request, 'cookie', [request.headers['cookie'], `${name}=${secret.reveal()}`].filter(Boolean).join('; '));
      const url = new URL(request.url);
      url.searchParams.set(name, secret.reveal());
      return { ...request, url };
    },
  };
}

/** A name and a password (RFC 7617), in UTF-8. */
export function basic({ user, password }: { readonly user: string; readonly password: Secret }): Signer {
  return {
    sign: (request) => withHeader(request, 'authorization', `Basic ${Buffer.from(`${user}:${password.reveal()}`).toString('base64')}`),
  };
}

/** A fixed bearer token (RFC 6750). */
export function bearer(token: Secret): Signer {
  return { sign: (request) => withHeader(request, 'authorization', `Bearer ${token.reveal()}`) };
}

const withHeader = (request: WireRequest, name: string, value: string): WireRequest => ({
  ...request,
  headers: { ...request.headers, [name]: value },
});
