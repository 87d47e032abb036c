// The page around GraphiQL: the token, the examples, and what is told of a token that does not hold.

import { fetcherOf } from "./fetcher.js";

const KEPT_AS = "parentalite-jeton";
const NOT_A_TOKEN = "Un jeton est fait de lettres, de chiffres et de points, sans espace : celui-ci n'en est pas un.";
const WELCOME = `# Sans jeton, vous êtes le public : les animations publiées.
# Pour agir dans un rôle, collez un jeton dans « Jeton d'accès », en haut.
query {
  animations(first: 10) {
    totalCount
    edges {
      node {
        title
        startsAt
        venueName
        territory { name }
        themes { label }
      }
    }
  }
  position
}
`;

const field = (id) => document.getElementById(id);
const [token, clear, problem, choice] = ["token", "clear", "problem", "examples"].map(field);
const root = ReactDOM.createRoot(field("graphiql"));

const bare = () => token.value.trim().replace(/^Bearer\s+/i, "");

function tell(message) {
  // Said once: a screen reader reads again whatever is written here.
  if (problem.textContent !== (message ?? "")) problem.textContent = message ?? "";
  token.setAttribute("aria-invalid", message !== null);
}

/** Renders GraphiQL, with another document in its editor when one is given. A new fetcher has it read the schema again. */
let fetcher;
function render(example = {}) {
  root.render(
    React.createElement(GraphiQL, {
      fetcher,
      query: example.document,
      variables: example.variables,
      defaultQuery: WELCOME,
      defaultHeaders: "{}",
      defaultEditorToolsVisibility: "variables",
      isHeadersEditorEnabled: true,
    }),
  );
}

function signIn() {
  const said = bare();
  const readable = /^[\x21-\x7e]*$/.test(said);
  sessionStorage.setItem(KEPT_AS, readable ? said : "");
  tell(readable ? null : NOT_A_TOKEN);
  fetcher = fetcherOf({
    endpoint: window.location.origin + window.location.pathname,
    token: () => sessionStorage.getItem(KEPT_AS) ?? "",
    refused: readable ? tell : () => {},
  });
  render();
}

async function offerExamples() {
  const topics = await (await fetch("graphiql/examples.json")).json();
  for (const { topic, examples } of topics) {
    const group = document.createElement("optgroup");
    group.label = topic;
    for (const example of examples) {
      const option = document.createElement("option");
      option.textContent = example.title;
      option.value = example.name;
      group.append(option);
      documents.set(example.name, example);
    }
    choice.append(group);
  }
}

const documents = new Map();
token.value = sessionStorage.getItem(KEPT_AS) ?? "";
token.addEventListener("change", signIn);
clear.addEventListener("click", () => {
  token.value = "";
  signIn();
  token.focus();
});
choice.addEventListener("change", () => {
  // Nothing first: an example whose variables equal the last one's must replace what was typed since, too.
  ReactDOM.flushSync(() => render());
  render(documents.get(choice.value));
});
signIn();
await offerExamples();
