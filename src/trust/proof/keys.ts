import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';
import { sm2Sign, sm2Verify } from '../../connect/index.ts';

export const SIGNATURES = ['sm2', 'ed25519'] as const;
export type SignatureKind = (typeof SIGNATURES)[number];

/** Checks signatures. */
export interface PublicKey {
  readonly kind: SignatureKind;
  /** SHA-256 of the key's SubjectPublicKeyInfo in base64url: names the key. */
  readonly thumbprint: string;
  readonly pem: string;
  verify(text: string, signature: string): boolean;
}

/** Signs statements. */
export interface SigningKey {
  readonly public: PublicKey;
  /** Base64url; for SM2 the DER of r and s. */
  sign(text: string): string;
}

// Node parses SM2 keys and then ends the process when asked for their numbers, so their DER is read and written here. Both are
// of one fixed form: EC key, curve 1.2.156.10197.1.301 (RFC 5480, GM/T 0010).
const SM2_ALGORITHM = '301306072a8648ce3d020106082a811ccf5501822d';
const SM2_PUBLIC = new RegExp(`^3059${SM2_ALGORITHM}034200(04[0-9a-f]{128})$`);
const SM2_PRIVATE = new RegExp(
  `^30(?:81)?[0-9a-f]{2}020100${SM2_ALGORITHM}04(?:81)?[0-9a-f]{2}30(?:81)?[0-9a-f]{2}0201010420([0-9a-f]{64})`,
);
const HOW =
  'in PEM, Ed25519 or SM2: "openssl genpkey -algorithm ed25519" or "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2" makes one';

/** Reads a private key in PKCS#8 PEM. Throws with `where` and how to make one; never shows the key. */
export function signingKey(pem: string, where: string): SigningKey {
  const scalar = SM2_PRIVATE.exec(derOf(pem, 'PRIVATE KEY'))?.[1];
  if (scalar) return sm2Key(scalar);
  return ed25519Key(pem) ?? refuse(`${where} must be a private key ${HOW}`);
}

/** Reads a public key in PEM. Throws with `where`. */
export function publicKey(pem: string, where: string): PublicKey {
  const point = SM2_PUBLIC.exec(derOf(pem, 'PUBLIC KEY'))?.[1];
  if (point) return sm2Public(point);
  return ed25519Public(pem) ?? refuse(`${where} must be a public key in PEM, Ed25519 or SM2`);
}

/** Makes a new private key, as PEM. */
export function newSigningKey(kind: SignatureKind): string {
  if (kind === 'ed25519') return String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const { privateKey, publicKey: point } = sm2.generateKeyPairHex();
  return pemOf(`308187020100${SM2_ALGORITHM}046d306b0201010420${privateKey}a144034200${point}`, 'PRIVATE KEY');
}

function sm2Key(scalar: string): SigningKey {
  return {
    public: sm2Public(sm2.getPublicKeyFromPrivateKey(scalar)),
    sign: (text) => Buffer.from(sm2Sign(text, scalar), 'hex').toString('base64url'),
  };
}

function sm2Public(point: string): PublicKey {
  const der = `3059${SM2_ALGORITHM}034200${point}`;
  return {
    kind: 'sm2',
    thumbprint: thumbprintOf(der),
    pem: pemOf(der, 'PUBLIC KEY'),
    verify: (text, signature) => sm2Verify(text, Buffer.from(signature, 'base64url').toString('hex'), point),
  };
}

function ed25519Key(pem: string): SigningKey | undefined {
  const key = tried(() => createPrivateKey(pem));
  const open = key?.asymmetricKeyType === 'ed25519' && ed25519Public(String(createPublicKey(key).export({ type: 'spki', format: 'pem' })));
  return open ? { public: open, sign: (text) => sign(null, Buffer.from(text), key).toString('base64url') } : undefined;
}

function ed25519Public(pem: string): PublicKey | undefined {
  const key = tried(() => createPublicKey(pem));
  if (key?.asymmetricKeyType !== 'ed25519') return undefined;
  return {
    kind: 'ed25519',
    thumbprint: thumbprintOf(key.export({ type: 'spki', format: 'der' }).toString('hex')),
    pem: String(key.export({ type: 'spki', format: 'pem' })),
    verify: (text, signature) => verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url')),
  };
}

const thumbprintOf = (der: string): string => createHash('sha256').update(Buffer.from(der, 'hex')).digest('base64url');

/** The bytes of a PEM block, in hex; empty when there is none of this label. */
function derOf(pem: string, label: string): string {
  const [, body = ''] = new RegExp(`-----BEGIN ${label}-----([\\s\\S]+?)-----END ${label}-----`).exec(pem) ?? [];
  return Buffer.from(body, 'base64').toString('hex');
}

function pemOf(der: string, label: string): string {
  const lines =
    Buffer.from(der, 'hex')
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function refuse(sentence: string): never {
  throw new Error(sentence);
}
