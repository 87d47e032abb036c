// @urql/core with the exchanges and settings that it has by itself; subscriptions through fetch, as server-sent events.
import { cacheExchange, Client, fetchExchange } from '@urql/core';
import { address, headers, live, Refusal } from './story/story.mjs';

const client = new Client({
  url: address,
  exchanges: [cacheExchange, fetchExchange],
  fetchOptions: { headers },
  fetchSubscriptions: true,
});

function dataOf({ data, error }) {
  if (error?.graphQLErrors.length) throw new Refusal(error.graphQLErrors);
  if (error) throw error;
  return data;
}

const mutate = async (document, variables) => dataOf(await client.mutation(document, variables).toPromise());

await live({
  query: async (document, variables) => dataOf(await client.query(document, variables).toPromise()),
  mutate,
  upload: mutate,
  follow(document, variables, next, fail) {
    const { unsubscribe } = client.subscription(document, variables).subscribe(result => {
      if (result.error) fail(result.error);
      else next(result.data);
    });
    return unsubscribe;
  },
});
