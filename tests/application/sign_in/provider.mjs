// A real OpenID Provider on loopback: clients by role, access tokens as JWT for one audience, signed userinfo.
// node provider.mjs AUDIENCE ; prints its address. Each line on standard input rotates its signing keys.
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const audience = process.argv[2];
const secret = 'a secret that these tests alone know';
const roles = {
  national: { role: 'national' },
  structure: { role: 'structure', structures: ['21020001000010'] },
  coordonnateur: { role: 'coordonnateur', territories: ['34'] },
  nobody: {},
};
const algorithms = { national: 'RS256', structure: 'ES256', coordonnateur: 'Ed25519', nobody: 'RS256' };
let generation = 0;

function keys() {
  generation += 1;
  const kinds = [['rsa', { modulusLength: 2048 }, 'RS256'], ['ec', { namedCurve: 'P-256' }, 'ES256'], ['ed25519', {}, 'Ed25519']];
  return kinds.map(([kind, options, alg]) => ({
    ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }), use: 'sig', kid: `${kind}-${generation}`, alg,
  }));
}

function provider(issuer) {
  return new Provider(issuer, {
    jwks: { keys: keys() },
    clients: [
      ...Object.keys(roles).map((role) => ({
        client_id: role, client_secret: secret, grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
      })),
      {
        client_id: audience, client_secret: secret, redirect_uris: ['https://client.example.org/back'],
        grant_types: ['authorization_code'], response_types: ['code'], userinfo_signed_response_alg: 'ES256',
      },
    ],
    features: {
      clientCredentials: { enabled: true },
      jwtUserinfo: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx, client) => (client.clientId === audience ? undefined : audience),
        getResourceServerInfo: (ctx, resource, client) => ({
          scope: 'api', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 300,
          jwt: { sign: { alg: algorithms[client.clientId] } },
        }),
      },
    },
    extraTokenClaims: (ctx, token) => roles[token.clientId] ?? {},
    claims: { openid: ['sub', 'role', 'territories'] },
    conformIdTokenClaims: false,
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, role: 'coordonnateur', territories: ['34'] }) }),
    pkce: { required: () => false },
    cookies: { keys: ['tests'] },
  });
}

let callback;
const server = createServer((request, response) => callback(request, response));
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  callback = provider(issuer).callback();
  console.log(issuer);
  createInterface({ input: process.stdin }).on('line', () => {
    callback = provider(issuer).callback();
    console.log('rotated');
  });
});
