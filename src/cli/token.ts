import { request } from 'undici';
import { citizenIdFault } from '../codes/index.ts';
import type { Role } from '../connect/index.ts';
import { sandboxClient } from '../kit/index.ts';
import { gatewayUrl, sandboxAddress } from './running.ts';

interface TokenOptions {
  readonly role: Role;
  readonly actor?: string;
  readonly window?: string;
  /** Identity number of a citizen. */
  readonly person?: string;
  /** How they signed in. */
  readonly amr?: string[];
  /** The key that the token is bound to. */
  readonly jkt?: string;
  readonly session?: string;
  readonly purpose: string;
}

/** `yimen token`: a token alone, or with `--session` the headers of whoever serves somebody. */
export async function printToken({ session, purpose, ...wanted }: TokenOptions): Promise<void> {
  if (wanted.role === 'kiosk' && !wanted.jkt)
    throw new Error("a kiosk's token is bound to its key: name the key's thumbprint with --jkt (docs/settings.md, Who signs in)");
  if (wanted.jkt && session !== undefined) throw new Error('--session needs a token that is bound to no key: leave --jkt out');
  const token = await sandboxClient(sandboxAddress()).token(wanted);
  if (session === undefined) return console.log(token);
  console.log(
    `authorization: Bearer ${token}\nx-yimen-session: ${await openedSession(token, wanted.role === 'citizen' ? 'ONLINE_SIGN_IN' : 'IDENTITY_CARD', session, purpose)}`,
  );
}

const OPEN = 'mutation ($input: OpenSessionInput!) { openSession(input: $input) { session { id } problems { path message } } }';

interface Told {
  readonly path: string;
  readonly message: string;
}
interface Opened {
  readonly data?: { readonly openSession: { readonly session: { readonly id: string } | null; readonly problems: readonly Told[] } };
  readonly errors?: readonly { readonly message: string }[];
}

async function openedSession(token: string, evidence: string, key: string, text: string): Promise<string> {
  const [kind, code] = text.split(' ');
  const subject = citizenIdFault(key) === undefined ? { idNumber: key } : { uscc: key };
  const input = { subject, purpose: { kind, ...(code && { code }) }, evidence };
  const reply = await request(new URL('/graphql', gatewayUrl()), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'accept-language': 'en' },
    body: JSON.stringify({ query: OPEN, variables: { input } }),
  });
  const { data, errors = [] } = (await reply.body.json()) as Opened;
  const id = data?.openSession.session?.id;
  if (id) return id;
  const told = data?.openSession.problems.map(({ path, message }) => `${path}: ${message}`) ?? [];
  throw new Error([...told, ...errors.map(({ message }) => message)].join('\n') || 'no session was opened');
}
