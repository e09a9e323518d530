/**
 * Who asks, and what they may see.
 *
 * - caller 调用者: role, actor, window, session, as plain data.
 * - notice code 告知单校验码: what a printed notice says, sealed.
 * - issuer 签发方: who signs the tokens a hall accepts.
 */
export { type Authenticator, createAuthenticator, Forbidden, type TrustedIssuer, Unauthenticated } from './authenticate.ts';
export { type MaskKind, masked, maskedWithin } from './mask.ts';
export { type NoticeCodes, noticeCodes } from './notice-code.ts';
