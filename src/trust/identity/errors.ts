/** How a caller is told to sign in (RFC 9110, `WWW-Authenticate`). */
export const CHALLENGES = {
  nobody: 'Bearer',
  token: 'Bearer error="invalid_token"',
  /** The token is bound to a key (RFC 9449). */
  bound: 'DPoP algs="ES256 EdDSA", error="invalid_token"',
  proof: 'DPoP algs="ES256 EdDSA", error="invalid_dpop_proof"',
} as const;

/** No caller could be made out of the request. `message` says what to do and never quotes the token. */
export class Unauthenticated extends Error {
  override readonly name = 'Unauthenticated';
  /** The `WWW-Authenticate` header of the answer. */
  readonly challenge: string;

  constructor(message: string, { cause, challenge = 'token' }: { cause?: unknown; challenge?: keyof typeof CHALLENGES } = {}) {
    super(message, { cause });
    this.challenge = CHALLENGES[challenge];
  }
}

/** The caller is known, and may not do this. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden';
}

export const refusedToken = (cause?: unknown) => new Unauthenticated('the token was not accepted: ask the issuer for a new one', { cause });
