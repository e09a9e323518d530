/**
 * Who asks, and what they may see.
 *
 * - caller 调用者: role, actor, window, session, as plain data.
 * - notice code 告知单校验码: what a printed notice says, sealed.
 * - proof 存证: rows of what was done, in a chain that shows every change; see proof/chain.ts.
 * - issuer 签发方: who signs the tokens a hall accepts; see identity/index.ts.
 * - session 服务会话: one subject served by one clerk for one purpose; see access/sessions.ts.
 * - purpose 办理目的: what data are read for; it says which fields are needed.
 * - access 查阅: a look at a subject's data, written down before it is answered.
 */
export {
  type Access,
  type AccessBook,
  type AccessQuery,
  type AccessRecords,
  type AccessRule,
  accessKeeping,
  type BulkGrant,
  covers,
  decide,
  type EvidenceKind,
  type Eyes,
  eraseSessions,
  isAccessId,
  isInClear,
  isLook,
  type Needs,
  openAccessRecords,
  type Purpose,
  purposeText,
  type ServiceSession,
  type SessionRequest,
  type Subject,
  subjectName,
  type Verdict,
  type Why,
} from './access/index.ts';
export {
  type Authenticator,
  createAuthenticator,
  Forbidden,
  ISSUER_KINDS,
  isProtectedAddress,
  type SignedRequest,
  type TrustedIssuer,
  Unauthenticated,
} from './identity/index.ts';
export { type NoticeCodes, noticeCodes } from './notice-code.ts';
export {
  CHAIN_HASHES,
  exportProof,
  newSigningKey,
  openExport,
  openProof,
  type Proof,
  type ProofPages,
  type ProofSource,
  ProvenRows,
  type PublicKey,
  pagesOf,
  publicKey,
  type Report,
  readCheckpoints,
  SIGNATURES,
  type SigningKey,
  signingKey,
  sourceOf,
  verifyProof,
  wrongRows,
} from './proof/index.ts';
