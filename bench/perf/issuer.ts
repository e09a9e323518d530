/** The issuer of a run: signs the tokens of two hundred clients, and shows the key with which they are checked. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const CLIENTS = 200;
/** A run may take long; nobody has to sign in twice. */
const LIFE = '8h';
export const AUDIENCE = 'yimen-bench';

export interface Issuer {
  readonly name: string;
  readonly audience: string;
  /** Address of the key. */
  readonly jwks: string;
  /** `sub` of each client. */
  readonly subjects: readonly string[];
  /** The `Authorization` header of each client. */
  readonly credentials: readonly string[];
  close(): void;
}

/** Opens the issuer and signs its clients' tokens (RFC 9068). */
export async function openIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256', use: 'sig' }] });
  const server = createServer((_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(keys));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const name = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const subjects = Array.from({ length: CLIENTS }, (_, n) => `counter-${String(n).padStart(3, '0')}`);
  const sign = (subject: string) =>
    new SignJWT({ role: 'integrator' })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'bench' })
      .setIssuer(name)
      .setAudience(AUDIENCE)
      .setSubject(subject)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(LIFE)
      .sign(privateKey);
  const credentials = await Promise.all(subjects.map(async (subject) => `Bearer ${await sign(subject)}`));
  return { name, audience: AUDIENCE, jwks: `${name}/jwks`, subjects, credentials, close: () => void server.close() };
}
