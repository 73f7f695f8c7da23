import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";

import { type Address, useAddress } from "../../address";
import { daysBefore, isSearch } from "../../format/formats";
import { useChip } from "../../parts/chips";
import { DayChoice } from "../../parts/dates";
import { DayInput } from "../../parts/day-input";
import { Choice, Filters, StorefrontChoice, TypeChoice } from "../../parts/filters";
import { useShop } from "../../shell/shop";
import { t } from "../../texts";
import { FacetInput } from "./facet-input";

const SEARCH_MS = 250;

/** What of all customers the address asks for, on a day. */
export function filterOf(address: Address, asOf: string) {
  const { q, type, risk, segment, source, tag, city, country, min, max } = address;
  return {
    search: q && isSearch(q) ? q : null,
    type: type ?? null,
    isActive: truth(address.active),
    isVerified: truth(address.verified),
    rfmSegment: segment ?? null,
    churnRisk: risk ?? null,
    attention: address.attention ?? null,
    storefront: address.storefront ?? null,
    daysSinceLastPurchase: ranged(address.sinceMin, address.sinceMax),
    balance: address.owesMin === undefined ? null : { min: String(address.owesMin), max: null },
    acquisitionSource: source ?? null,
    tags: tag ? [tag] : null,
    city: city ?? null,
    country: country ?? null,
    revenue: amounts(min, max),
    lastPurchase: between(address.lastFrom, address.lastTo),
    expectedRevenue: amounts(address.expectedMin, address.expectedMax),
    joined: between(joinedFrom(address, asOf), address.joinedTo),
  };
}

const truth = (answer: "yes" | "no" | undefined) => (answer ? answer === "yes" : null);
const ranged = (min: number | undefined, max: number | undefined) => (min === undefined && max === undefined ? null : { min: min ?? null, max: max ?? null });
const amounts = (min: number | undefined, max: number | undefined) => (min === undefined && max === undefined ? null : { min: text(min), max: text(max) });
const text = (number: number | undefined) => (number === undefined ? null : String(number));
const between = (start: string | undefined, end: string | undefined) => (start || end ? { start: start ?? null, end: end ?? null } : null);

/** The later of the first day and that of so many days ago. */
function joinedFrom({ joinedFrom: from, joinedWithin }: Address, asOf: string): string | undefined {
  const within = joinedWithin === undefined ? undefined : daysBefore(asOf, joinedWithin);
  return from && within ? (from > within ? from : within) : (from ?? within);
}

export function CustomerFilters() {
  const [address] = useAddress();
  const { segmentScheme } = useShop();
  const isWrong = { since: isUpsideDown(address.sinceMin, address.sinceMax), spent: isUpsideDown(address.min, address.max), expected: isUpsideDown(address.expectedMin, address.expectedMax), last: isUpsideDown(address.lastFrom, address.lastTo), joined: isUpsideDown(address.joinedFrom, address.joinedTo) };
  return (
    <Filters
      isWrong={Object.values(isWrong).includes(true)}
      dates={<DayChoice />}
      beside={
        <>
          <Search />
          <Choice name="order" label={t.customers.order} usual="TOTAL_SPENT" options={t.customers.orders} />
        </>
      }
    >
      <Choice name="segment" label={t.customers.segment} usual="" options={{ "": t.customers.allSegments, ...t.segmentNames[segmentScheme] }} />
      <Choice name="risk" label={t.prediction.risk} usual="" options={{ "": t.customers.anyRisk, ...t.risks }} />
      <Choice name="attention" label={t.attention.filter} usual="" options={{ "": t.attention.anybody, ...t.attention.kinds }} />
      <NumberInput name="sinceMin" label={t.customers.sinceMin} />
      <NumberInput name="sinceMax" label={t.customers.sinceMax} error={isWrong.since} />
      <TypeChoice />
      <StorefrontChoice />
      <Choice name="active" label={t.customers.active} usual="" options={t.customers.activeOptions} />
      <Choice name="verified" label={t.customers.contact} usual="" options={t.customers.verifiedOptions} />
      <NumberInput name="min" label={t.customers.min} />
      <NumberInput name="max" label={t.customers.max} error={isWrong.spent} />
      <NumberInput name="owesMin" label={t.customers.owesMin} />
      <NumberInput name="expectedMin" label={t.customers.expectedMin} />
      <NumberInput name="expectedMax" label={t.customers.expectedMax} error={isWrong.expected} />
      <Day name="lastFrom" label={t.customers.lastFrom} />
      <Day name="lastTo" label={t.customers.lastTo} error={isWrong.last} />
      <NumberInput name="joinedWithin" label={t.customers.joinedWithin} />
      <Day name="joinedFrom" label={t.customers.joinedFrom} />
      <Day name="joinedTo" label={t.customers.joinedTo} error={isWrong.joined} />
      <FacetInput name="source" label={t.customers.source} />
      <FacetInput name="tag" label={t.customers.tag} />
      <FacetInput name="city" label={t.customers.city} />
      <FacetInput name="country" label={t.customers.country} />
    </Filters>
  );
}

function Search() {
  const [address, set] = useAddress();
  const [draft, setDraft] = useState(address.q ?? "");
  const [before, setBefore] = useState(address.q);
  if (before !== address.q) {
    setBefore(address.q);
    if ((address.q ?? "") !== draft.trim()) {
      setDraft(address.q ?? "");
    }
  }
  const search = useDebouncedCallback((value: string) => set({ q: value.trim() || undefined }, { replace: true }), SEARCH_MS);
  return (
    <TextInput
      type="search"
      size="sm"
      className="search"
      label={t.customers.search}
      placeholder={t.customers.searchFor}
      error={draft.trim() !== "" && !isSearch(draft) && t.customers.searchNeeds}
      value={draft}
      onChange={({ currentTarget: { value } }) => {
        setDraft(value);
        search(value);
      }}
    />
  );
}

/** Whether a range ends before it begins. */
function isUpsideDown<End extends number | string>(begin: End | undefined, end: End | undefined): boolean {
  return begin !== undefined && end !== undefined && begin > end;
}

interface DayProps {
  name: "lastFrom" | "lastTo" | "joinedFrom" | "joinedTo";
  label: string;
  error?: boolean;
}

function Day({ name, label, error = false }: DayProps) {
  const [address, set] = useAddress();
  const { today, formats } = useShop();
  const value = address[name];
  useChip(name, value === undefined ? null : `${label} ${formats.day(value)}`, { [name]: undefined });
  return <DayInput label={label} value={value ?? ""} max={today} error={error && t.customers.upsideDown} onChange={(day) => set({ [name]: day || undefined })} />;
}

interface NumberInputProps {
  name: "min" | "max" | "sinceMin" | "sinceMax" | "owesMin" | "expectedMin" | "expectedMax" | "joinedWithin";
  label: string;
  error?: boolean;
}

/** A number that counts when it is left or Enter is pressed. */
function NumberInput({ name, label, error = false }: NumberInputProps) {
  const [address, set] = useAddress();
  const value = String(address[name] ?? "");
  useChip(name, value === "" ? null : `${label} ${value}`, { [name]: undefined });
  const apply = (given: string) => {
    if (given !== value) {
      set({ [name]: given === "" ? undefined : Number(given) });
    }
  };
  return (
    <TextInput
      key={value}
      size="sm"
      className="short"
      label={label}
      defaultValue={value}
      error={error && t.customers.upsideDown}
      type="number"
      min={0}
      onBlur={({ currentTarget }) => apply(currentTarget.value.trim())}
      onKeyDown={({ key, currentTarget }) => key === "Enter" && apply(currentTarget.value.trim())}
    />
  );
}
