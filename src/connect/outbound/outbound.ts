import { lookup as resolveByMachine } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Clock } from '../../clock/index.ts';
import { AllowList, OutboundRefused, unbracketed } from './allow-list.ts';
import { reach } from './ranges.ts';

/** How long a name stays with the addresses it had. Then it is resolved, and checked, once more. */
const PINNED_MS = 300_000;

/** Gives all addresses of a name. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export interface OutboundOptions {
  /** Hosts as they are written in addresses, and CIDRs. */
  readonly allow: readonly string[];
  /** The machine's own resolver when left out. */
  readonly resolve?: Resolve;
  readonly clock: Clock;
}

/** Where the connections of one source may go. Whatever it refuses, it refuses with {@link OutboundRefused}. */
export interface Outbound {
  /** Checks an address before a request. A string is held to its spelling too: `http://2130706433/` is refused as such. */
  check(url: URL | string): void;
  /** Checks the host of a connection: node resolves no literal addresses, so `lookup` does not see them. */
  checkHost(host: string): void;
  /** For the `lookup` option of connections: only checked addresses, and the same ones for {@link PINNED_MS}. */
  readonly lookup: LookupFunction;
}

/** What a hall's settings say of connections. */
export interface OutboundRule {
  /** Hosts and CIDRs that may be connected to beside the addresses in the connectors' settings. */
  readonly allow?: readonly string[];
  /** Whether agencies may be on this machine: the sandbox's are. */
  readonly loopback?: boolean;
}

/**
 * The allow-list of one address in a connector's settings: its own host, and what the hall allows. Throws with what to do
 * where the address is spelled in disguise, or is of this machine and nobody said so.
 */
export function outboundTo(address: string, { allow = [], loopback = false }: OutboundRule, clock: Clock): Outbound {
  const own = unbracketed(spelled(address).hostname);
  const isHere = isIP(own) !== 0 && reach(own) === 'never';
  if (isHere && !loopback && !allow.includes(own))
    throw new TypeError(`the address of an agency is ${own}, which is this machine or its link; if it is meant, list it in outbound.allow`);
  const outbound = createOutbound({ allow: [own, ...allow], clock });
  outbound.check(address);
  return outbound;
}

/** The same for a host whose address is not HTTP's: a database. `host` as it is written in the address, an IPv6 one in brackets. */
export const outboundToHost = (host: string, rule: OutboundRule, clock: Clock): Outbound => outboundTo(`http://${host}/`, rule, clock);

interface Pin {
  readonly addresses: readonly string[];
  readonly at: number;
}

/** An allow-list with pinned addresses. Throws a `TypeError` when an entry is wrong. */
export function createOutbound(options: OutboundOptions): Outbound {
  const allowed = new AllowList(options.allow);
  const addressesOf = pinned(allowed, options.resolve ?? allAddresses, options.clock);
  return {
    check(url) {
      const parsed = typeof url === 'string' ? spelled(url) : url;
      if (!/^https?:$/.test(parsed.protocol)) throw new OutboundRefused(`${parsed.protocol} is neither http: nor https:`);
      if (parsed.username || parsed.password) throw new OutboundRefused('an address must not hold a user name or password');
      allowed.checkHost(parsed.hostname);
    },
    checkHost: (host) => allowed.checkHost(host),
    lookup(host, wanted, answer) {
      const family = wanted.family === 4 || wanted.family === 'IPv4' ? 4 : wanted.family === 6 || wanted.family === 'IPv6' ? 6 : 0;
      addressesOf(host).then(
        (addresses) => {
          const fitting = addresses.map((address) => ({ address, family: isIP(address) })).filter((a) => !family || a.family === family);
          const [first] = fitting;
          if (!first) answer(new OutboundRefused(`${host} has no address of the family asked for`), '', 0);
          else if (wanted.all) answer(null, fitting);
          else answer(null, first.address, first.family);
        },
        (error: NodeJS.ErrnoException) => answer(error, '', 0),
      );
    },
  };
}

const allAddresses: Resolve = async (host) => (await resolveByMachine(host, { all: true })).map(({ address }) => address);

/** Resolves a name once for all who connect; a name with one bad address is refused as a whole. */
function pinned(allowed: AllowList, resolve: Resolve, clock: Clock): Resolve {
  const pins = new Map<string, Pin>();
  const running = new Map<string, Promise<readonly string[]>>();

  async function renew(host: string): Promise<readonly string[]> {
    try {
      const addresses = await resolve(host);
      for (const address of addresses) allowed.checkAddress(host, address);
      pins.set(host, { addresses, at: clock.now() });
      return addresses;
    } catch (error) {
      const known = pins.get(host);
      // A name server that is away must not cut off an agency that is there. One that now says "inside" must not be believed.
      if (known && !(error instanceof OutboundRefused)) return known.addresses;
      throw error;
    } finally {
      running.delete(host);
    }
  }

  return async (host) => {
    allowed.checkHost(host);
    const pin = pins.get(host);
    if (pin && Math.abs(clock.now() - pin.at) < PINNED_MS) return pin.addresses;
    const asked = running.get(host) ?? renew(host);
    running.set(host, asked);
    return asked;
  };
}

/** Parses an address and refuses hosts that parsing changes into something else. */
function spelled(text: string): URL {
  const host = /^https?:\/\/(\[[^\]]*\]|[^/?#\\:@]*)(?::\d*)?(?:[/?#]|$)/i.exec(text)?.[1]?.toLowerCase();
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || host === undefined) throw new OutboundRefused('an address must read http(s)://host/path, without a user name');
  const isName = !isIP(url.hostname) && !url.hostname.startsWith('[');
  if (url.hostname === host || (isName && url.hostname === domainToASCII(host))) return url;
  throw new OutboundRefused(`the host "${host}" stands for ${url.hostname}: write that, if it is meant`);
}
