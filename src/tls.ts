/** How the gateway's door is locked: its certificate, those of its clients, and when it may stand open. */
import { dirname } from 'node:path';
import { createSecureContext, type TlsOptions } from 'node:tls';
import { resolveSecrets, Secret } from './connect/index.ts';
import type { Settings } from './settings/index.ts';

/** A client that does not finish its handshake is cut off like one that does not finish its headers. */
const HANDSHAKE_MS = 5_000;

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/** What the settings say of TLS; undefined where the gateway speaks plain HTTP. Throws with the key that is wrong. */
export function doorTls(settings: Settings): TlsOptions | undefined {
  const { tls } = settings.config;
  if (!tls) {
    checkPlain(settings);
    return undefined;
  }
  const { clientCertificates = 'none' } = tls;
  const where = `${settings.configFile}: tls`;
  if (clientCertificates !== 'none' && tls.ca === undefined)
    throw new Error(`${where}.ca: clients' certificates are ${clientCertificates}, so it must say which authority signs them`);
  const material = {
    cert: pem(tls.cert, 'cert', settings),
    key: pem(tls.key, 'key', settings),
    ...(tls.ca !== undefined && { ca: pem(tls.ca, 'ca', settings) }),
    minVersion: 'TLSv1.2',
  } as const;
  checkMaterial(material, where);
  const isAsked = clientCertificates !== 'none';
  return { ...material, requestCert: isAsked, rejectUnauthorized: clientCertificates === 'required', handshakeTimeout: HANDSHAKE_MS };
}

/** Tokens and personal data would be read on the way. */
function checkPlain({ profile, host, config, configFile }: Settings): void {
  if (profile !== 'production' || LOOPBACK.includes(host) || config.behindProxy) return;
  throw new Error(
    `${configFile}: plain HTTP on ${host} is not for production: give "tls", or "behindProxy": true if a proxy in front speaks TLS`,
  );
}

function pem(given: unknown, name: string, { configFile }: Settings): string {
  const where = `${configFile}: tls.${name}`;
  const secret = resolveSecrets(given, { env: process.env, folder: dirname(configFile), sandbox: false }, where);
  if (!(secret instanceof Secret)) throw new Error(`${where}: a reference to PEM text, {"env": "NAME"} or {"file": "path"}`);
  return secret.reveal();
}

function checkMaterial(material: TlsOptions, where: string): void {
  try {
    createSecureContext(material);
  } catch (cause) {
    throw new Error(`${where}: certificate and key are not PEM, or do not belong together`, { cause });
  }
}
