/**
 * Note every request that a page and its workers make, with what Chromium's and Firefox's protocols each tell of it.
 * It must not change a request: nothing is intercepted.
 */

const base64 = (text) => Buffer.from(text, "utf8").toString("base64");
const lower = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** Chromium: the DevTools protocol, on the page and on every worker that it starts. It does not tell a Blob's bytes. */
export async function logOverCdp(page, requests) {
  const session = await page.createCDPSession();
  // One for all sessions: a worker's script is asked for by the page and answered to the worker.
  const open = new Map();
  session.on("sessionattached", (worker) => watch(worker, open, requests));
  // Held until watched: else a worker's first request could be missed.
  await session.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: true, flatten: true });
  await watch(session, open, requests);
}

async function watch(session, open, requests) {
  const early = new Map();
  const tell = (id, more) => Object.assign(open.get(id) ?? {}, more);
  const answered = ({ requestId, response }) =>
    tell(requestId, { status: response.status, responseHeaders: lower(response.headers) });
  session.on("Network.requestWillBeSent", ({ requestId, request, type, redirectResponse }) => {
    if (redirectResponse) answered({ requestId, response: redirectResponse });
    const seen = {
      url: request.url,
      method: request.method,
      kind: type ?? "",
      headers: lower(request.headers),
      body: null,
      status: null,
      responseHeaders: {},
      encodedSize: null,
    };
    const parts = request.postDataEntries?.filter(({ bytes }) => bytes !== undefined);
    if (parts?.length) seen.body = Buffer.concat(parts.map(({ bytes }) => Buffer.from(bytes, "base64"))).toString("base64");
    open.set(requestId, seen);
    Object.assign(seen.headers, early.get(requestId));
    early.delete(requestId);
    requests.push({
      settled: async () => {
        if (request.hasPostData && seen.body === null) {
          const sent = await session.send("Network.getRequestPostData", { requestId }).catch(() => null);
          if (sent) seen.body = sent.base64Encoded ? sent.postData : base64(sent.postData);
        }
        // Of a worker's script Chromium counts the headers alone.
        const content = Number(seen.responseHeaders["content-length"] ?? 0);
        if (seen.encodedSize !== null && seen.encodedSize < content) return { ...seen, encodedSize: seen.encodedSize + content };
        return seen;
      },
    });
  });
  // The headers that really went out, cookies among them; they may be told before the request is.
  session.on("Network.requestWillBeSentExtraInfo", ({ requestId, headers }) => {
    const seen = open.get(requestId);
    if (seen) Object.assign(seen.headers, lower(headers));
    else early.set(requestId, lower(headers));
  });
  session.on("Network.responseReceived", answered);
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => tell(requestId, { encodedSize: encodedDataLength }));
  await session.send("Network.enable", { maxPostDataSize: 64 * 2 ** 20 }).catch(() => {});
  await session.send("Runtime.runIfWaitingForDebugger").catch(() => {});
}

/** Firefox: WebDriver BiDi, as far as puppeteer passes it on: no kinds and no encoded sizes. */
export function logOverBidi(page, requests) {
  page.on("request", (request) => {
    requests.push({
      settled: async () => {
        const body = await request.content();
        const response = request.response();
        return {
          url: request.url(),
          method: request.method(),
          kind: "",
          headers: lower(request.headers()),
          body: body === undefined ? null : Buffer.from(body).toString("base64"),
          status: response?.status() ?? null,
          responseHeaders: lower(response?.headers() ?? {}),
          encodedSize: null,
        };
      },
    });
  });
}
