import type { JWK } from 'jose';
import { sm2Verify } from '../../connect/index.ts';

/** Name of SM2 over SM3 in the header of a token. No registry has it; issuers of this country use it. */
export const SM2 = 'SM2';

/**
 * Whether a compact JWS is signed by an SM2 key: `r || s`, 32 bytes each, over SM3 with Z under the default
 * distinguishing id (GB/T 32918.2). The key is `{"kty": "EC", "crv": "SM2", "x": …, "y": …}`.
 */
export function isSignedBySm2(token: string, key: JWK): boolean {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const point = [key.x ?? '', key.y ?? ''].map((part) => Buffer.from(part, 'base64url').toString('hex'));
  const rs = /^[\w-]{86}$/.test(signature) ? Buffer.from(signature, 'base64url').toString('hex') : '';
  if (key.kty !== 'EC' || point.some((part) => part.length !== 64) || rs.length !== 128) return false;
  return sm2Verify(`${header}.${payload}`, der(rs), `04${point.join('')}`);
}

/** Two numbers of 32 bytes as a DER sequence. */
function der(rs: string): string {
  const body = `${integer(rs.slice(0, 64))}${integer(rs.slice(64))}`;
  return `30${byte(body.length / 2)}${body}`;
}

function integer(hex: string): string {
  const short = hex.replace(/^(?:00)+/, '');
  const positive = /^[0-7]/.test(short) ? short : `00${short}`;
  return `02${byte(positive.length / 2)}${positive}`;
}

const byte = (value: number): string => value.toString(16).padStart(2, '0');
