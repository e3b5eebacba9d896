// A stay from registration to review, by the client that is generated from the API's description.
// Whatever the description does not say does not compile.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";

const url: string = process.argv[2] ?? "";
assert(url !== "", "journey.js URL");

type Booking = components["schemas"]["Booking"];

/** The part of the answer that the description promises, or a failure that says what came instead. */
function good<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  const { data, error, response } = answer;
  assert(response.ok && error === undefined, `${response.status} ${response.url}: ${JSON.stringify(error)}`);
  return data as T;
}

const once = () => ({ "Idempotency-Key": randomUUID() });
const anybody = createClient<paths>({ baseUrl: url });

async function signIn(email: string, password: string): Promise<Client<paths>> {
  const tokens = good(await anybody.POST("/users/login", { body: { email, password } }));
  assert.equal(tokens.token_type, "Bearer");
  return createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${tokens.access_token}` } });
}

/** What only the local plane has is no part of the description. */
async function mailedToken(email: string): Promise<string> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const mails = (await (await fetch(`${url}/_local/mail/?to=${encodeURIComponent(email)}`)).json()) as { text: string }[];
    const token = mails.at(-1)?.text.match(/^token=(\S+)$/m)?.[1];
    if (token) return token;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no mail to ${email}`);
}

async function clockTo(now: Date): Promise<void> {
  const answer = await fetch(`${url}/_local/clock/`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ now: now.toISOString() }),
  });
  assert.equal(answer.status, 200);
}

async function until(client: Client<paths>, id: string, state: string): Promise<Booking> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const booking = good(await client.GET("/bookings/{booking_id}", { params: { path: { booking_id: id } } }));
    if (booking.state === state) return booking;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the booking never became ${state}`);
}

const email = `ines.${randomUUID()}@example.org`;
const password = "a-long-enough-secret";
const accepted = good(await anybody.POST("/users", { body: { email, password, name: "Ines Client" } }));
assert.equal(accepted.status, "verification_sent");
good(await anybody.POST("/users/verify", { body: { token: await mailedToken(email) } }));
let guest = await signIn(email, password);
const me = good(await guest.GET("/users/me"));
assert.equal(me.email, email);

// The system's clock, which is not this machine's.
const today = Date.parse(me.created_at);
const day = (days: number) => new Date(today + days * 86_400_000).toISOString().slice(0, 10);
const [check_in, check_out] = [day(40), day(43)];
const found = good(await anybody.GET("/properties", { params: { query: { check_in, check_out, guests: 2 } } }));
const listing = found.items[0];
assert(listing, "something is free");
const home = good(await anybody.GET("/properties/{property_id}", { params: { path: { property_id: listing.id } } }));
assert.equal(home.title, listing.title);

const quote = good(
  await guest.POST("/properties/{property_id}/quotes", {
    params: { path: { property_id: listing.id } },
    body: { check_in, check_out, guests: { adults: 2, children: 0, infants: 0, pets: 0 } },
  }),
);
const sum = quote.lines.reduce((all, line) => all + (line.kind === "host_fee" ? 0 : line.amount.amount), 0);
assert(sum > 0 && quote.total.amount > 0);

const held = good(await guest.POST("/bookings", { params: { header: once() }, body: { quote_id: quote.id } }));
assert.deepEqual([held.state, held.total], ["pending_payment", quote.total]);

// Another's booking is not there, and the refusal is typed as well.
const stranger = await signIn("admin@example.com", "correct-horse-battery-staple");
const hidden = await stranger.POST("/bookings/{booking_id}/cancel", {
  params: { path: { booking_id: held.id }, header: once() },
  body: { reason: "Mine?" },
});
assert.equal(hidden.error?.code, "not_found");

const payment = good(
  await guest.POST("/payments", {
    params: { header: once() },
    body: { booking_id: held.id, payment_method: "pm_card_visa" },
  }),
);
assert.equal(payment.state, "processing");
const confirmed = await until(guest, held.id, "confirmed");

await clockTo(new Date(Date.parse(`${confirmed.check_in}T23:00:00Z`)));
guest = await signIn(email, password);
const path = { booking_id: held.id };
assert.equal(good(await guest.POST("/bookings/{booking_id}/check-in", { params: { path, header: once() } })).state, "checked_in");
await clockTo(new Date(Date.parse(`${confirmed.check_out}T12:00:00Z`)));
guest = await signIn(email, password);
assert.equal(good(await guest.POST("/bookings/{booking_id}/check-out", { params: { path, header: once() } })).state, "completed");

const written = good(
  await guest.POST("/reviews", {
    params: { header: once() },
    body: { booking_id: held.id, overall: 5, public_text: "Compiled and slept well." },
  }),
);
const host = await signIn("host@example.com", "correct-horse-battery-staple");
good(
  await host.POST("/reviews", {
    params: { header: once() },
    body: { booking_id: held.id, overall: 5, public_text: "A typed guest." },
  }),
);
const reviews = good(await anybody.GET("/reviews", { params: { query: { property_id: listing.id } } }));
assert(reviews.items.some((review) => review.id === written.id && review.public_text === "Compiled and slept well."));

const export_ = good(await guest.GET("/users/me/export"));
assert(JSON.stringify(export_).includes(held.id));
good(await guest.DELETE("/users/me"));
const again = await anybody.POST("/users/login", { body: { email, password } });
assert.equal(again.response.status, 401);
console.log(`a stay from registration to review, and forgotten: ${held.id}`);
