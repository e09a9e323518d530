/**
 * Who asks: access tokens of the hall's issuers, and proofs that whoever sends one may.
 *
 * - issuer 签发方: signs tokens; its kind says for whom.
 * - factor 认证因素: what somebody knows, has, or is; staff sign in with two kinds.
 * - bound token 绑定令牌: good only in the hands of whoever holds a key; every request proves it (DPoP).
 */
export { type Authenticator, createAuthenticator, type SignedRequest } from './authenticate.ts';
export { Forbidden, Unauthenticated } from './errors.ts';
export { ISSUER_KINDS, isProtectedAddress, type TrustedIssuer } from './issuers.ts';
