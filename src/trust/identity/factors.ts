/** What somebody knows, has, or is. */
type Factor = 'knowledge' | 'possession' | 'inherence';

/**
 * Factors by the names of RFC 8176. Names that say how, and not what, the issuer checked (`user`, `rba`, `geo`, `wia`,
 * `kba` over public facts) are no factors.
 */
const FACTORS: Readonly<Record<string, Factor>> = {
  pwd: 'knowledge',
  pin: 'knowledge',
  otp: 'possession',
  hwk: 'possession',
  swk: 'possession',
  sc: 'possession',
  sms: 'possession',
  tel: 'possession',
  face: 'inherence',
  fpt: 'inherence',
  iris: 'inherence',
  retina: 'inherence',
  vbm: 'inherence',
};

/**
 * Whether a sign-in took two different factors, as level-3 protection (等保三级, GB/T 22239) asks of staff: the issuer
 * says `mfa`, or names methods of two kinds. A password and a PIN are one kind.
 */
export function hasTwoFactors(methods: readonly string[]): boolean {
  if (methods.includes('mfa')) return true;
  return new Set(methods.flatMap((method) => (Object.hasOwn(FACTORS, method) ? [FACTORS[method]] : []))).size > 1;
}
