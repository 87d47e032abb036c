// Relay's runtime with what its compiler made of relay/story.js: one normalised store, a connection that grows by pages
// of `node(id:)`, uploadables, and subscriptions over graphql-ws.
import { createRequire } from 'node:module';
import { createClient } from 'graphql-ws';
import relay from 'relay-runtime';
import WebSocket from 'ws';
import { address, documents, headers, live, Refusal, socketAddress } from './story/story.mjs';

const artifact = name => createRequire(import.meta.url)(`./relay/artifacts/${name}.graphql.js`);
const queries = { [documents.figures]: artifact('storyFiguresQuery') };
const animations = artifact('story_animations');
const pageQuery = artifact('storyPageQuery');
const moreQuery = artifact('storyMoreQuery');
const attestMutation = artifact('storyAttestMutation');
const attachMutation = artifact('storyAttachMutation');
const followSubscription = artifact('storyFollowSubscription');

async function fetchFromServer({ text: query }, variables, _cacheConfig, uploadables) {
  let content = { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) };
  if (uploadables) {
    const form = new FormData();
    const paths = Object.keys(uploadables);
    form.append('operations', JSON.stringify({ query, variables }));
    form.append('map', JSON.stringify(Object.fromEntries(paths.map((path, index) => [index, [path]]))));
    paths.forEach((path, index) => form.append(`${index}`, uploadables[path], uploadables[path].name));
    content = { headers, body: form };
  }
  const answer = await (await fetch(address, { method: 'POST', ...content })).json();
  if (answer.errors) throw new Refusal(answer.errors);
  return answer;
}

const sockets = createClient({ url: socketAddress, webSocketImpl: WebSocket, connectionParams: headers, retryAttempts: 0 });
const subscribe = ({ text: query }, variables) =>
  relay.Observable.create(sink => sockets.subscribe({ query, variables }, sink));

const environment = new relay.Environment({
  network: relay.Network.create(fetchFromServer, subscribe),
  store: new relay.Store(new relay.RecordSource()),
});

const ask = (query, variables) =>
  relay.fetchQuery(environment, query, variables, { fetchPolicy: 'store-or-network' }).toPromise();

async function readPages({ structureId, first, after }) {
  const { structure } = await ask(pageQuery, { structureId, first });
  if (after) await ask(moreQuery, { id: structureId, first, after });
  const connection = environment.lookup(relay.getSelector(animations, structure)).data.animations;
  const begin = connection.edges.findIndex(edge => edge.cursor === after) + 1;
  return { structure: { animations: { ...connection, edges: connection.edges.slice(begin) } } };
}

const mutate = (mutation, variables, uploadables) =>
  new Promise((resolve, reject) => {
    relay.commitMutation(environment, { mutation, variables, uploadables, onCompleted: resolve, onError: reject });
  });

await live({
  query: (document, variables) =>
    document === documents.page ? readPages(variables) : ask(queries[document], variables),
  mutate: (_document, variables) => mutate(attestMutation, variables),
  upload: (_document, { input: { file, ...values } }) =>
    mutate(attachMutation, { input: { ...values, file: null } }, { 'variables.input.file': file }),
  follow(_document, variables, next, fail) {
    relay.requestSubscription(environment, {
      subscription: followSubscription,
      variables,
      onNext: next,
      onError: fail,
    });
    // Not politely: as when the network goes away.
    return () => sockets.terminate();
  },
});
