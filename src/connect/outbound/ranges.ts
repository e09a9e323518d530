import { BlockList, isIP } from 'node:net';

/** Of this machine, of this link, or of nobody: an agency is never there, whatever a CIDR says. */
const NEVER = listOf([
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  'fe80::/10',
  'ff00::/8',
  // Addresses that carry an IPv4 address inside: Teredo, 6to4.
  '2001::/32',
  '2002::/16',
]);

/** Inside networks: where agencies of a government network may well be, so a CIDR can allow them. */
const PRIVATE = listOf([
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '198.18.0.0/15',
  'fc00::/7',
  'fec0::/10',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
]);

/** What a connection to an address would reach. An IPv4 address in IPv6 clothes (`::ffff:127.0.0.1`) is what it carries. */
export function reach(address: string): 'never' | 'private' | 'public' {
  if (holds(NEVER, address)) return 'never';
  return holds(PRIVATE, address) ? 'private' : 'public';
}

/** Whether a list holds an address. */
export const holds = (list: BlockList, address: string): boolean => list.check(address, familyOf(address));

/** Adds a CIDR like `10.1.0.0/16`; false when it is none. */
export function addCidr(list: BlockList, cidr: string): boolean {
  const [net = '', prefix = '', ...rest] = cidr.split('/');
  const bits = Number(prefix);
  if (!isIP(net) || !/^\d{1,3}$/.test(prefix) || rest.length > 0 || bits > (isIP(net) === 4 ? 32 : 128)) return false;
  list.addSubnet(net, bits, familyOf(net));
  return true;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

function listOf(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) addCidr(list, cidr);
  return list;
}
