// Runs the audits of npm's graphql-http (the GraphQL-over-HTTP specification) against the server at argv[2]; prints JSON.
// Started in the folder where graphql-http is installed.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { auditServer } = createRequire(join(process.cwd(), 'audit.mjs'))('graphql-http');
const results = await auditServer({ url: process.argv[2] });
console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))));
