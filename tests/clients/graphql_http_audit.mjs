// Runs the audits of npm's graphql-http (the GraphQL-over-HTTP specification) against the server at argv[2]; prints JSON.
import { auditServer } from 'graphql-http';

const results = await auditServer({ url: process.argv[2] });
console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))));
