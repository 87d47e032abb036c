// Apollo Client: a normalised cache, uploads by apollo-upload-client, subscriptions over graphql-ws.
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import UploadHttpLink from 'apollo-upload-client/UploadHttpLink.mjs';
import { address, headers, live, Refusal, socketAddress } from './story/story.mjs';

// It would follow again from where it first began: who was cut off continues after what they saw last.
const sockets = createClient({ url: socketAddress, webSocketImpl: WebSocket, connectionParams: headers, retryAttempts: 0 });
const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(sockets),
    new UploadHttpLink({ uri: address, headers }),
  ),
});

function refused(error) {
  throw CombinedGraphQLErrors.is(error) ? new Refusal(error.errors) : error;
}

const mutate = async (document, variables) =>
  (await client.mutate({ mutation: gql(document), variables }).catch(refused)).data;

await live({
  query: async (document, variables) => (await client.query({ query: gql(document), variables }).catch(refused)).data,
  mutate,
  upload: mutate,
  follow(document, variables, next, fail) {
    client
      .subscribe({ query: gql(document), variables })
      .subscribe({ next: ({ data, error }) => (error ? fail(error) : next(data)), error: fail });
    // Not politely: as when the network goes away.
    return () => sockets.terminate();
  },
});
