import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { addCidr, holds, reach } from './ranges.ts';

/** A connection that may not be made. Its text names hosts and addresses of the settings; no personal data. */
export class OutboundRefused extends Error {
  override readonly name = 'OutboundRefused';
  readonly code = 'OUTBOUND_REFUSED';
}

/** What a source may connect to: hosts as they are written, and CIDRs. */
export class AllowList {
  readonly #hosts = new Set<string>();
  readonly #cidrs = new BlockList();

  /** Throws a `TypeError` that names the entry when one is wrong. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      if (!entry.includes('/')) this.#hosts.add(hostOf(entry));
      else if (!addCidr(this.#cidrs, entry)) throw wrong(entry);
    }
  }

  /** Checks a host: literally listed, or an address that a CIDR holds. `host` as `URL.hostname` gives it, or an address. */
  checkHost(host: string): void {
    const bare = unbracketed(host).toLowerCase();
    if (this.#hosts.has(bare)) return;
    if (isIP(bare) && reach(bare) !== 'never' && holds(this.#cidrs, bare)) return;
    throw new OutboundRefused(`${host} is not in the allow-list of this source`);
  }

  /** Checks an address that a listed name stands for. */
  checkAddress(host: string, address: string): void {
    const kind = reach(address);
    if (kind === 'public') return;
    if (kind === 'private' && (holds(this.#cidrs, address) || this.#hosts.has(address))) return;
    if (isLocalhost(host) && isLoopback(address)) return;
    throw new OutboundRefused(
      `${host} resolves to ${address}, which is ${kind === 'private' ? 'private: allow its network in outbound.allow, like "10.1.0.0/16"' : 'never an agency'}`,
    );
  }
}

/** Such names say loopback (RFC 6761), so whoever lists one means it. */
const isLocalhost = (host: string): boolean => /^(?:.+\.)?localhost\.?$/.test(host);

const isLoopback = (address: string): boolean => address === '::1' || /^(?:::ffff:)?127\./.test(address);

export const unbracketed = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');

/** An entry has to be written as it is compared: `2130706433` hides what it allows. */
function hostOf(entry: string): string {
  const isV6 = isIP(unbracketed(entry)) === 6;
  const host = hostnameOf(isV6 ? `[${unbracketed(entry)}]` : entry);
  const name = host && unbracketed(host);
  if (!name || !/^[a-z0-9._:-]+$/.test(name)) throw wrong(entry);
  const same = name === unbracketed(entry).toLowerCase() || (!isIP(name) && name === domainToASCII(entry));
  if (!same) throw new TypeError(`the allow-list must name "${name}" as such, got "${entry}"`);
  return name;
}

/** The host of `http://…/` when the text is nothing but a host. */
function hostnameOf(text: string): string | undefined {
  if (/[@?#\\\s]/.test(text) || (/:\d*$/.test(text) && !text.endsWith(']') && !text.startsWith('['))) return undefined;
  return URL.canParse(`http://${text}/`) ? new URL(`http://${text}/`).hostname : undefined;
}

const wrong = (entry: string): TypeError =>
  new TypeError(`the allow-list takes hosts (like "tax.example.gov.cn") and CIDRs (like "10.1.0.0/16"), got "${entry}"`);
