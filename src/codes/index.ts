/**
 * Codes of the domain and their check digits. Pure.
 *
 * - USCC 统一社会信用代码: names an enterprise or organisation.
 * - typed code 校验码: bytes as people type them from paper.
 * - citizen id 公民身份号码: names a person; personal data wherever it appears.
 * - mask 脱敏: what is shown of a personal value to whoever may not see it in clear.
 */
export { type CitizenIdFault, citizenIdFault, maskCitizenId, maskCitizenIds } from './citizen-id.ts';
export { HIDDEN, MASK_KINDS, type MaskKind, type Masks, masked, maskOf, maskText } from './mask.ts';
export { bytesOfTyped, typedCode } from './typed.ts';
export { type UsccFault, usccFault, usccOf } from './uscc.ts';
