import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { NO_BODY, signedHeaders } from './sigv4.ts';

const by = { accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', region: 'us-east-1' };
const at = new Date('2013-05-24T00:00:00Z');

/** The worked examples of "Authenticating Requests: Using the Authorization Header". */
describe('what stores that speak S3 check', () => {
  it('GET is signed as the example of the specification is', () => {
    const url = new URL('https://examplebucket.s3.amazonaws.com/test.txt');
    const { authorization } = signedHeaders({ method: 'GET', url, headers: { range: 'bytes=0-9' }, payload: NO_BODY, at }, by);
    expect(authorization).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
  });

  it('PUT is signed as the example of the specification is', () => {
    const url = new URL('https://examplebucket.s3.amazonaws.com/test%24file.text');
    const headers = { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' };
    const payload = createHash('sha256').update('Welcome to Amazon S3.').digest('hex');
    const { authorization } = signedHeaders({ method: 'PUT', url, headers, payload, at }, by);
    expect(authorization).toContain('Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd');
  });
});
