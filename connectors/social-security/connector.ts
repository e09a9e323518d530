import { z } from 'zod';
import { absent, connector, hmacSha256Parameters, lookup, type Meaning, secret, value } from '../../src/connect/index.ts';
import { insuranceDesk } from './desk.ts';
import { toEmployerAccount, toInsurance } from './map.ts';
import { EmployerReply, InsuredReply } from './wire.ts';

/** What the agency's codes mean; it answers every one of them with HTTP 200. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  '1004': 'absent',
  '1009': 'AMBIGUOUS',
  '9001': 'CREDENTIALS',
  // A clock that is off cannot be mended at a counter either.
  '9002': 'CREDENTIALS',
  '9003': 'THROTTLED',
  // A copy of this very message came before it, and was taken: not a refusal.
  '9005': 'UNAVAILABLE',
  '9008': 'MAINTENANCE',
  '9999': 'UNAVAILABLE',
};

export default connector({
  id: 'social-security',
  agency: 'hrss',
  settings: z.strictObject({ url: z.url(), appId: z.string().min(1), secret: secret() }),
  // The agency takes one key per call, and eight calls at a time.
  policy: { timeout: '3s', concurrency: 8, queue: 200 },
  open({ settings, http }) {
    const hrss = http.form({ url: settings.url, sign: hmacSha256Parameters(settings), ok: '0000', meanings: MEANINGS });
    return {
      fields: {
        Enterprise: {
          socialInsurance: lookup({
            fresh: '10m',
            stale: '24h',
            async one(uscc: string, call) {
              const reply = await hrss.request('/dwcb/query', { tyshxydm: uscc }, EmployerReply, call);
              return reply ? value(toEmployerAccount(reply)) : absent;
            },
          }),
        },
        Person: {
          socialInsurance: lookup({
            fresh: '5m',
            stale: '1h',
            async one(idNumber: string, call) {
              const reply = await hrss.request('/grcb/query', { aac147: idNumber }, InsuredReply, call);
              return reply ? value(toInsurance(reply)) : absent;
            },
          }),
        },
      },
      desk: insuranceDesk(hrss),
    };
  },
});
