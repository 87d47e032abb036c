// graphql-ws: queries, mutations and subscriptions over one WebSocket; files go by the multipart request specification.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { headers, live, Refusal, socketAddress } from './story/story.mjs';
import { upload } from './story/upload.mjs';

// It would follow again from where it first began: who was cut off continues after what they saw last.
const client = createClient({ url: socketAddress, webSocketImpl: WebSocket, connectionParams: headers, retryAttempts: 0 });

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
    client.subscribe({ query, variables }, { next: ({ data }) => next(data), error: fail, complete() {} });
    // Not politely: as when the network goes away.
    return () => client.terminate();
  },
});
