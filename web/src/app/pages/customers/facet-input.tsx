import { Autocomplete } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";

import { useAddress } from "../../address";
import { graphql, type ResultOf } from "../../api/graphql";
import { useReport } from "../../api/use-report";
import { isSearch } from "../../format/formats";
import { useChip } from "../../parts/chips";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

/** The values that customers have, those with most customers first. */
export const facetsQuery = graphql(`
  query CustomerFacets($search: String, $first: Int!) {
    customerFacets(search: $search, first: $first) {
      cities {
        value
        customers
      }
      countries {
        value
        customers
      }
      tags {
        value
        customers
      }
      acquisitionSources {
        value
        customers
      }
    }
  }
`);

const MOST = 30;
const TYPING_MS = 200;
const FACETS = { city: "cities", country: "countries", tag: "tags", source: "acquisitionSources" } as const;

interface FacetInputProps {
  name: keyof typeof FACETS;
  label: string;
}

/** A value that customers have, chosen from those that occur; what is typed finds it, in capitals or not. */
export function FacetInput({ name, label }: FacetInputProps) {
  const formats = useFormats();
  const [address, set] = useAddress();
  const value = address[name] ?? "";
  const [draft, setDraft] = useState(value);
  const [before, setBefore] = useState(value);
  const [isOpen, setOpen] = useState(false);
  if (before !== value) {
    setBefore(value);
    setDraft(value);
  }
  const [asked] = useDebouncedValue(draft.trim(), TYPING_MS);
  const search = asked !== value && isSearch(asked) ? asked : null;
  const { data, hidden } = useReport(facetsQuery, { search, first: MOST }, { pause: !isOpen, isPrivate: true });
  const isHidden = hidden.has(FACETS[name]);
  const facets: ResultOf<typeof facetsQuery>["customerFacets"]["tags"] = (!isHidden && data?.customerFacets[FACETS[name]]) || [];
  useChip(name, value === "" ? null : `${label}: ${value}`, { [name]: undefined });
  const apply = (given: string) => given !== value && set({ [name]: given || undefined });
  return (
    <Autocomplete
      size="sm"
      label={label}
      description={isHidden ? t.hidden : undefined}
      value={draft}
      data={facets.map((facet) => facet.value)}
      filter={({ options }) => options}
      renderOption={({ option }) => (
        <span className="facet">
          {option.value} <small>{formats.count(facets.find((facet) => facet.value === option.value)?.customers)}</small>
        </span>
      )}
      onChange={setDraft}
      onOptionSubmit={apply}
      onFocus={() => setOpen(true)}
      onBlur={() => apply(draft.trim())}
      onKeyDown={({ key }) => key === "Enter" && apply(draft.trim())}
    />
  );
}
