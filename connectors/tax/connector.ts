import { z } from 'zod';
import { absent, byKey, connector, hmacSm3, lookup, secret, value } from '../../src/connect/index.ts';
import { taxDesk } from './desk.ts';
import { ARRAYS, NAMESPACE } from './desk-wire.ts';
import { toTaxProfile } from './map.ts';
import { Taxpayer, TaxpayersReply } from './wire.ts';

export default connector({
  id: 'tax',
  agency: 'taxation',
  settings: z.strictObject({ url: z.url(), appId: z.string().min(1), secret: secret() }),
  policy: { timeout: '3s', concurrency: 16 },
  open({ settings, http, clock }) {
    const { url, appId, secret } = settings;
    const tax = http.soap({
      url,
      namespace: NAMESPACE,
      charset: 'gb18030',
      arrays: ['nsr', 'wdjhm', ...ARRAYS],
      meanings: {
        'Client.Signature': 'CREDENTIALS',
        'Client.Time': 'CREDENTIALS',
        'Client.NotFound': 'absent',
        'Server.Busy': 'THROTTLED',
        'Server.Maintenance': 'MAINTENANCE',
        Server: 'UNAVAILABLE',
      },
      sign: hmacSm3({ appId, secret, headers: { appId: 'x-tax-appid', time: 'x-tax-time', signature: 'x-tax-sign' } }),
    });
    return {
      fields: {
        Enterprise: {
          tax: lookup({
            batch: 50,
            together: true,
            fresh: '10m',
            stale: '24h',
            async load(usccs: readonly string[], call) {
              const reply = await tax.request('queryTaxpayers', { nsrsbh: usccs }, TaxpayersReply, call);
              if (!reply) return usccs.map(() => absent);
              const asOf = new Date(reply.sjsj);
              return byKey(usccs, reply.nsrlb, keyOf, (it) => value(toTaxProfile(Taxpayer.parse(it)), asOf), call, { unknown: reply.wdj });
            },
          }),
        },
      },
      desk: taxDesk(tax, { appId, secret }, clock),
    };
  },
});

const keyOf = ({ nsrsbh }: { readonly nsrsbh: string }): string => nsrsbh;
