import { MantineProvider } from "@mantine/core";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { CombinedError } from "@urql/core";

import { hiddenBy, problemOf } from "../api/problems";
import { Bars } from "./bars";
import { Change } from "./panel";
import { Personal } from "./personal";
import { Failed, Loaded, Notices } from "./states";

beforeAll(() => {
  window.matchMedia ??= vi.fn().mockReturnValue({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() });
});
afterEach(cleanup);

const shown = (element: React.ReactNode) => render(<MantineProvider>{element}</MantineProvider>);
const silent = { kind: "unreachable" as const, message: "", code: null, mayPass: true, id: null };

describe("what is loaded", () => {
  it("keeps the last answer beside what went wrong", () => {
    const retry = vi.fn();
    shown(
      <Loaded report={{ data: { count: 7 }, stale: false, problem: silent, hidden: new Set(), retry, again: retry }} what="The segments">
        {({ count }) => <p>{count} customers</p>}
      </Loaded>,
    );
    expect(screen.getByText("7 customers")).toBeTruthy();
    expect(screen.getByRole("alert").textContent).toContain("does not answer just now. What you see below is the last answer");
    screen.getByRole("button", { name: "Try again" }).click();
    expect(retry).toHaveBeenCalledOnce();
  });

  it("says that it is loading where there is nothing yet", () => {
    shown(
      <Loaded report={{ data: undefined, stale: false, problem: null, hidden: new Set(), retry: vi.fn(), again: vi.fn() }} what="The segments">
        {() => null}
      </Loaded>,
    );
    expect(screen.getByRole("status").getAttribute("aria-label")).toBe("Loading …");
  });

  it("offers no retry of what would be refused again", () => {
    const refusal = new CombinedError({ graphQLErrors: [{ message: "days must be 1 to 9999", extensions: { code: "BAD_USER_INPUT" } }] });
    shown(<Failed problem={problemOf(refusal)} retry={vi.fn()} what="The segments" />);
    expect(screen.getByRole("alert").textContent).toContain("days must be 1 to 9999");
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("tells the id of a failure, and never its cause", () => {
    shown(<Failed problem={{ kind: "failed", message: "internal", code: "INTERNAL", mayPass: true, id: "01J9" }} retry={vi.fn()} what="The shop" />);
    expect(screen.getByText("01J9")).toBeTruthy();
    expect(screen.queryByText("internal")).toBeNull();
  });
});

describe("what a role does not see", () => {
  const refusal = (message: string, more = {}) => new CombinedError({ graphQLErrors: [{ message, extensions: { code: "FORBIDDEN" }, ...more }] });

  it("is named by its field, and nothing else is", () => {
    expect(hiddenBy(refusal("Customer.email is personal data: the token needs the pii claim"))).toEqual(new Set(["email"]));
    expect(hiddenBy(refusal("filtering by city needs a token with the pii claim", { path: ["customers"] }))).toBeNull();
    expect(hiddenBy(new CombinedError({ networkError: new Error("gone") }))).toBeNull();
  });

  it("is told in its place, beside what is there", () => {
    shown(
      <Loaded report={{ data: { email: null }, stale: false, problem: null, hidden: new Set(["email"]), retry: vi.fn(), again: vi.fn() }} what="The customer">
        {() => (
          <p>
            <Personal field="email">–</Personal> <Personal field="city">Paris</Personal>
          </p>
        )}
      </Loaded>,
    );
    expect(screen.getByText("hidden for your role")).toBeTruthy();
    expect(screen.queryByText("–")).toBeNull();
    expect(screen.getByText("Paris", { exact: false })).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

describe("numbers", () => {
  it("say by an arrow and words whether they rose, and by the meaning whether that is good", () => {
    const { container } = shown(<Change value={-3} text="-3%" isGood={(value) => value < 0} />);
    expect(container.querySelector(".change")?.getAttribute("data-kind")).toBe("good");
    expect(container.textContent).toContain("▼");
  });

  it("in bars are a table too", () => {
    shown(<Bars caption="Payments" head={["Method", "Transactions"]} bars={[{ key: "a", label: "Card", value: 3, cells: ["3"] }]} />);
    expect(screen.getByRole("rowheader", { name: "Card" })).toBeTruthy();
    expect(screen.getByRole("cell", { name: "3" })).toBeTruthy();
  });

  it("without notices have no empty list", () => {
    const { container } = shown(<Notices notices={[]} />);
    expect(container.querySelector("ul")).toBeNull();
  });
});
