import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { LRUCache } from 'lru-cache';

const MOST_KNOWN = 5_000;

/** Reads who is at the other end, past the proxies that the hall trusts. */
export type AddressReader = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string;

/**
 * The right-most address of `X-Forwarded-For` that is no trusted proxy's; the socket's own where it is not one. Whatever a
 * client writes there itself stands to the left, and counts for nothing. Throws with the entry that is no network.
 */
export function addressReader(proxies: readonly string[]): AddressReader {
  const trusted = new BlockList();
  for (const proxy of proxies) add(trusted, proxy);
  // The same few neighbours send everything, and looking through the list is dear.
  const known = new LRUCache<string, boolean>({ max: MOST_KNOWN });
  function isTrusted(address: string): boolean {
    if (proxies.length === 0 || isIP(address) === 0) return false;
    const found = known.get(address);
    if (found !== undefined) return found;
    const fresh = trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
    known.set(address, fresh);
    return fresh;
  }
  return ({ headers, socket }) => {
    const own = plain(socket.remoteAddress ?? '');
    if (!isTrusted(own)) return own;
    const named = [headers['x-forwarded-for'] ?? []]
      .flat()
      .join(',')
      .split(',')
      .map((part) => plain(part.trim()));
    return named.findLast((address) => isIP(address) > 0 && !isTrusted(address)) ?? own;
  };
}

/** An IPv4 address that came over an IPv6 socket is the same address. */
const plain = (address: string): string => (address.startsWith('::') ? address.replace(/^::ffff:(?=\d+\.)/i, '') : address);

function add(list: BlockList, text: string): void {
  const [address = '', bits] = text.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  try {
    if (isIP(address) === 0) throw new Error('no address');
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  } catch (cause) {
    throw new Error(`proxies: "${text}" is neither an address nor a network like 10.0.0.0/8`, { cause });
  }
}
