import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";

import { type Address, useAddress } from "../../address";
import { isSearch } from "../../format/formats";
import type { Days } from "../../format/periods";
import { useChip } from "../../parts/chips";
import { PeriodChoice } from "../../parts/dates";
import { Choice, Filters, StorefrontChoice } from "../../parts/filters";
import { t } from "../../texts";
import type { SalesAsked } from "./query";

/** Which days are shown where none are chosen. */
export const USUAL = { days: 30 };

const SEARCH_MS = 250;
const ANY = "";

/** Which sales of some days the address asks for. */
export function filterOf(period: Days, { storefront, channel, status, customer, q, min, max }: Address): SalesAsked["filter"] {
  return {
    period,
    storefront: storefront ?? null,
    channel: channel ?? null,
    status: status ?? null,
    customer: customer ?? null,
    search: q && isSearch(q) ? q : null,
    total: min === undefined && max === undefined ? null : { min: text(min), max: text(max) },
  };
}

const text = (number: number | undefined) => (number === undefined ? null : String(number));

export function SalesFilters() {
  const [address, set] = useAddress();
  const search = useDebouncedCallback((q: string) => set({ q: q.trim() || undefined }, { replace: true }), SEARCH_MS);
  return (
    <Filters
      dates={<PeriodChoice usual={USUAL} />}
      beside={
        <TextInput
          key={address.customer}
          type="search"
          size="sm"
          className="search"
          label={t.sales.search}
          placeholder={t.sales.searchFor}
          defaultValue={address.q ?? ""}
          onChange={({ currentTarget: { value } }) => search(value)}
        />
      }
    >
      <Choice name="status" label={t.sales.status} usual="" options={{ [ANY]: t.sales.allStatuses, ...t.sales.statuses }} />
      <Choice name="channel" label={t.sales.channel} usual="" options={{ [ANY]: t.sales.allChannels, ...t.sales.channels }} />
      <StorefrontChoice />
      <AmountInput name="min" label={t.sales.min} />
      <AmountInput name="max" label={t.sales.max} />
    </Filters>
  );
}

/** An amount that counts when it is left or Enter is pressed. */
function AmountInput({ name, label }: { name: "min" | "max"; label: string }) {
  const [address, set] = useAddress();
  const value = String(address[name] ?? "");
  useChip(name, value === "" ? null : `${label} ${value}`, { [name]: undefined });
  const apply = (given: string) => given !== value && set({ [name]: given === "" ? undefined : Number(given) });
  return (
    <TextInput
      key={value}
      type="number"
      min={0}
      size="sm"
      className="short"
      label={label}
      defaultValue={value}
      onBlur={({ currentTarget }) => apply(currentTarget.value)}
      onKeyDown={({ key, currentTarget }) => key === "Enter" && apply(currentTarget.value)}
    />
  );
}
