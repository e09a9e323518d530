/** The load where there is no wrk; see load.ts. Arguments: what to ask as JSON, then the same four as load.lua. */
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';

const [options = '', credentialsFile = '', keysFile = '', first = '', bodyFile = ''] = process.argv.slice(2);
const { url, connections, seconds } = JSON.parse(options) as { url: string; connections: number; seconds: number };
const lines = (file: string) => readFileSync(file, 'utf8').split('\n').filter(Boolean);
const credentials = lines(credentialsFile);
const keys = lines(keysFile);
const [before = '', after = ''] = lines(bodyFile);
let n = Number(first);

const result = await autocannon({
  url: `${url}/graphql`,
  connections,
  duration: seconds,
  timeout: 10,
  requests: [
    {
      method: 'POST',
      setupRequest(request) {
        n++;
        const headers = {
          'content-type': 'application/json',
          accept: 'application/json',
          authorization: credentials[n % credentials.length] ?? '',
        };
        return { ...request, headers, body: `${before}${keys[n % keys.length]}${after}` };
      },
    },
  ],
});

console.log(
  JSON.stringify({
    requests: result.requests.total,
    seconds: result.duration,
    bytes: result.throughput.total,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    broken: result.errors,
    refused: result.non2xx,
  }),
);
