import type { Role } from '../../connect/index.ts';

/** Who an issuer signs for: `staff` 工作人员, `citizens` 群众, `machines` 自助机与系统. */
export const ISSUER_KINDS = ['staff', 'citizens', 'machines'] as const;
export type IssuerKind = (typeof ISSUER_KINDS)[number];

/** An issuer whose tokens the hall accepts. */
export interface TrustedIssuer {
  /** Its name, which is the address of its discovery too (OpenID Connect Discovery 1.0). */
  readonly issuer: string;
  readonly audience: string;
  /** Address of its keys; without it they are found by discovery. */
  readonly jwks?: string | undefined;
  /** Limits the roles of its tokens; without it they may carry any. */
  readonly kind?: IssuerKind | undefined;
  /** Stands before the names of its callers: `bureau` makes `li` of its tokens `bureau:li`. One issuer of a hall may do without. */
  readonly realm?: string | undefined;
  /** Whether it may sign with SM2 over SM3 (GB/T 32918) too. */
  readonly sm2?: boolean | undefined;
}

const ROLES_OF: Readonly<Record<IssuerKind, readonly Role[]>> = {
  staff: ['clerk', 'officer', 'supervisor', 'auditor'],
  citizens: ['citizen'],
  machines: ['integrator', 'kiosk'],
};

/** Whether an issuer may name somebody of a role. */
export const maySign = ({ kind }: TrustedIssuer, role: Role): boolean => kind === undefined || ROLES_OF[kind].includes(role);

export const isStaff = (role: Role): boolean => ROLES_OF.staff.includes(role);

/** Whether nobody on the way can change what is fetched there: TLS, or this machine itself. */
export function isProtectedAddress(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}

/**
 * Who a token's subject is in this hall. Names are an issuer's own, so the same one of two issuers is two people; undefined
 * where an issuer without a realm names somebody as if it were another.
 */
export function actorOf({ realm }: Pick<TrustedIssuer, 'realm'>, sub: string, realms: readonly string[]): string | undefined {
  if (realm !== undefined) return `${realm}:${sub}`;
  return realms.some((other) => sub.startsWith(`${other}:`)) ? undefined : sub;
}
