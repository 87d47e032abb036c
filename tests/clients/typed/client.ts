// The smallest client of documents that @graphql-codegen typed: fetch, and graphql-ws for subscriptions.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { TypedDocumentString } from './generated/graphql.js';

export class Refusal extends Error {
  constructor(readonly codes: string[]) {
    super(codes.join(', '));
  }
}

interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; extensions: { code: string } }[];
}

export class Client {
  readonly #address: string;
  readonly #headers: Record<string, string>;

  constructor(address: string, token: string) {
    this.#address = `${address}/graphql`;
    this.#headers = { authorization: `Bearer ${token}` };
  }

  async ask<Data, Variables>(document: TypedDocumentString<Data, Variables>, variables: Variables): Promise<Data> {
    const body = JSON.stringify({ query: document.toString(), variables });
    return this.#answer<Data>({ headers: { ...this.#headers, 'content-type': 'application/json' }, body });
  }

  /** As `ask`, with one file in the variables, at this path: `input.file`. */
  async upload<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
    path: string,
  ): Promise<Data> {
    const files: File[] = [];
    const withoutFiles = (_name: string, value: unknown) => {
      if (!(value instanceof File)) return value;
      files.push(value);
      return null;
    };
    const body = new FormData();
    body.append('operations', JSON.stringify({ query: document.toString(), variables }, withoutFiles));
    body.append('map', JSON.stringify({ 0: [`variables.${path}`] }));
    for (const file of files) body.append('0', file, file.name);
    return this.#answer<Data>({ headers: this.#headers, body });
  }

  /** Data as it comes, until the caller stops asking. */
  async *follow<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
  ): AsyncGenerator<Data, void> {
    const url = this.#address.replace('http', 'ws');
    const sockets = createClient({ url, webSocketImpl: WebSocket, connectionParams: this.#headers, retryAttempts: 0 });
    try {
      for await (const { data } of sockets.iterate<Data>({ query: document.toString(), variables })) {
        if (data) yield data;
      }
    } finally {
      sockets.terminate();
    }
  }

  async #answer<Data>(content: { headers: Record<string, string>; body: string | FormData }): Promise<Data> {
    const answer = (await (await fetch(this.#address, { method: 'POST', ...content })).json()) as Answer<Data>;
    if (answer.errors) throw new Refusal(answer.errors.map(error => error.extensions.code));
    if (!answer.data) throw new Error('no data');
    return answer.data;
  }
}
