// How the page asks: queries and mutations by POST, subscriptions over graphql-transport-ws.

const PROTOCOL = "graphql-transport-ws";
const FORBIDDEN = 4403;
const REFUSED = "Ce jeton est refusé par le serveur.";

/**
 * The function that GraphiQL asks through. `endpoint`: the address of POST. `token`: tells the token, "" for the public.
 * `refused`: told why in French when the token is (401, or the socket closed for it), and null when it was taken.
 */
export function fetcherOf({ endpoint, token, refused }) {
  const said = (headers) => {
    const all = new Headers(token() ? { Authorization: `Bearer ${token()}` } : {});
    for (const [name, value] of Object.entries(headers ?? {})) all.set(name, value);
    return all;
  };
  return (question, { headers } = {}) => {
    const operations = operationsIn(question.query);
    const named = operations.find(({ name }) => name?.value === question.operationName);
    // GraphiQL looks a moment late at what was written: until then it names an operation of the former document.
    const asked = named ? question : { ...question, operationName: undefined };
    return (named ?? operations[0])?.operation === "subscription"
      ? { subscribe: (observer) => follow(endpoint, asked, said(headers), refused, observer) }
      : ask(endpoint, asked, said(headers), refused);
  };
}

/** None in what is no document: the server says what is wrong with it. */
function operationsIn(query) {
  try {
    return GraphiQL.GraphQL.parse(query).definitions.filter(({ kind }) => kind === "OperationDefinition");
  } catch {
    return [];
  }
}

async function ask(endpoint, question, headers, refused) {
  headers.set("Content-Type", "application/json");
  headers.set("Accept", "application/graphql-response+json, application/json");
  const answer = await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(question) });
  if (!/json/.test(answer.headers.get("Content-Type"))) {
    throw new Error(`Réponse inattendue du serveur : ${answer.status} ${answer.statusText}`);
  }
  const content = await answer.json();
  refused(answer.status === 401 ? `${REFUSED} ${content.errors[0].message}` : null);
  return content;
}

/** Opens a socket for one subscription. Returns what GraphiQL stops it with. */
function follow(endpoint, payload, headers, refused, observer) {
  const socket = new WebSocket(endpoint.replace(/^http/, "ws"), PROTOCOL);
  const send = (message) => socket.send(JSON.stringify(message));
  let over = false;
  const end = (tell) => {
    if (over) return;
    over = true;
    socket.close(1000);
    tell();
  };
  const on = {
    connection_ack: () => {
      refused(null);
      send({ id: "1", type: "subscribe", payload });
    },
    ping: () => send({ type: "pong" }),
    next: (message) => observer.next(message.payload),
    error: (message) =>
      end(() => {
        observer.next({ errors: message.payload });
        observer.complete();
      }),
    complete: () => end(() => observer.complete()),
  };
  socket.onopen = () => send({ type: "connection_init", payload: Object.fromEntries(headers) });
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (!over) on[message.type]?.(message);
  };
  socket.onclose = ({ code, reason }) =>
    end(() => {
      if (code === FORBIDDEN) refused(REFUSED);
      observer.error(new Error(code === FORBIDDEN ? REFUSED : `Connexion fermée (${code}) ${reason}`.trim()));
    });
  return { unsubscribe: () => end(() => {}) };
}
