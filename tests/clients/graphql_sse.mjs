// graphql-sse in its mode of distinct connections: everything as server-sent events but files.
import { createClient } from 'graphql-sse';
import { address, headers, live, Refusal } from './story/story.mjs';
import { upload } from './story/upload.mjs';

const client = createClient({ url: address, headers });

async function ask(query, variables) {
  for await (const { data, errors } of client.iterate({ query, variables })) {
    if (errors) throw new Refusal(errors);
    return data;
  }
}

await live({
  query: ask,
  mutate: ask,
  upload,
  follow(query, variables, next, fail) {
    return client.subscribe({ query, variables }, { next: ({ data }) => next(data), error: fail, complete() {} });
  },
});
