/**
 * Who asks, and what they may see.
 *
 * - caller 调用者: role, actor, window, session, as plain data.
 * - issuer 签发方: who signs the tokens a hall accepts.
 */
export { type Authenticator, createAuthenticator, Forbidden, type TrustedIssuer, Unauthenticated } from './authenticate.ts';
export { type MaskKind, masked, maskedWithin } from './mask.ts';
