import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { addressOn, apiOf, ForeignAddress } from "../src/api/client.ts";
import { NoAnswer, Problem } from "../src/api/problems.ts";

const started: Server[] = [];
afterEach(() => {
  for (const server of started.splice(0)) server.close();
});

/** A real server on a port of its own, and a client of it. */
async function serving(listener: RequestListener, token: string | null = "attune_x") {
  const server = createServer(listener).listen(0, "127.0.0.1");
  started.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, api: apiOf({ origin, token, fetch }) };
}

test("a call carries the token, and an answer its ETag and the server's clock", async () => {
  const { api } = await serving((request, answer) => {
    answer.setHeader("Content-Type", "application/json");
    answer.setHeader("ETag", '"7"');
    answer.setHeader("Date", "Mon, 02 Mar 2026 12:00:00 GMT");
    answer.end(JSON.stringify({ said: request.headers.authorization }));
  });
  expect(await api.get("/api/v1/plan")).toEqual({
    body: { said: "Bearer attune_x" },
    etag: '"7"',
    at: Date.parse("2026-03-02T12:00:00Z"),
  });
});

test("what has not changed is not sent again", async () => {
  const { api } = await serving((request, answer) => {
    answer.statusCode = request.headers["if-none-match"] === '"7"' ? 304 : 500;
    answer.end();
  });
  expect((await api.getUnless("/api/v1/plan", '"7"')).body).toBeNull();
});

test("a refusal is a problem with its code, faults and seconds to wait", async () => {
  const errors = [{ pointer: "/valence", detail: "Must be at most 1." }];
  const { api } = await serving((_, answer) => {
    answer.writeHead(429, { "Content-Type": "application/problem+json", "Retry-After": "17" });
    answer.end(JSON.stringify({ code: "throttled", detail: "Too often.", errors }));
  });
  const problem = await api.get("/api/v1/plan").catch((thrown) => thrown);
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({
    status: 429,
    code: "throttled",
    errors,
    retryAfter: 17,
    message: "Too often.",
  });
});

test("of what a proxy refuses there is the status alone", async () => {
  const { api } = await serving((_, answer) => {
    answer.writeHead(502, { "Content-Type": "text/html", "Retry-After": "soon" });
    answer.end("<h1>Bad gateway</h1>");
  });
  const problem = await api.get("/api/v1/plan").catch((thrown) => thrown);
  expect(problem).toMatchObject({ status: 502, code: "", errors: [], retryAfter: null });
});

test.each<[string, RequestListener]>([
  ["a hotspot's page", (_, answer) => answer.setHeader("Content-Type", "text/html").end("<p>Hi")],
  [
    "half an answer",
    (_, answer) => {
      answer.writeHead(200, { "Content-Type": "application/json", "Content-Length": "100" });
      answer.write('{"items": [');
      setTimeout(() => answer.destroy(), 10);
    },
  ],
  ["no answer", (request) => request.socket.destroy()],
  [
    "JSON that is none",
    (_, answer) => answer.setHeader("Content-Type", "application/json").end('{"items'),
  ],
])("%s is no answer", async (_, listener) => {
  const { api } = await serving(listener);
  await expect(api.post("/api/v1/sync", {})).rejects.toThrow(NoAnswer);
});

test("a redirect to another host is not followed, and the token stays here", async () => {
  let asked = 0;
  const elsewhere = await serving((_, answer) => {
    asked += 1;
    answer.end();
  });
  const { api } = await serving((_, answer) => {
    answer.writeHead(307, { Location: `${elsewhere.origin}/api/v1/plan` }).end();
  });
  await expect(api.get("/api/v1/plan")).rejects.toThrow(NoAnswer);
  expect(asked).toBe(0);
});

test.each(["https://evil.example/api", "//evil.example/api", "http://clinic.example/api"])(
  "%s is not the server",
  async (path) => {
    expect(() => addressOn("https://clinic.example", path)).toThrow(ForeignAddress);
    const { api } = await serving((_, answer) => answer.end());
    await expect(api.get(path)).rejects.toThrow(ForeignAddress);
  },
);

test("a path of the server is on it, whatever stands around its origin", () => {
  const there = addressOn("https://clinic.example/", "/api/v1/bases/ab");
  expect(there.href).toBe("https://clinic.example/api/v1/bases/ab");
});
