import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { inWords } from "../../format/formats";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const touchpoints = graphql(`
  fragment Touchpoints on Customer {
    touchpoints(first: 10, asOf: $asOf) {
      nodes {
        id
        type
        channel
        outcome
        subject
        campaign
        occurredAt
        isVoid
      }
    }
  }
`);

/** The latest contacts. */
export function Touchpoints({ data }: { data: FragmentOf<typeof touchpoints> }) {
  const formats = useFormats();
  const { nodes } = readFragment(touchpoints, data).touchpoints;
  return (
    <Panel title={t.customer.touchpoints}>
      {nodes.length === 0 ? (
        <Empty title={t.customer.noTouchpoints} />
      ) : (
        <ul className="timeline">
          {nodes.map(({ id, type, channel, outcome, subject, campaign, occurredAt, isVoid }) => (
            <li key={id} data-void={isVoid || undefined}>
              <span className="when">{formats.moment(occurredAt)}</span>
              <span>
                {[...new Set([inWords(type), inWords(channel), subject, campaign, outcome && inWords(outcome)])].filter(Boolean).join(" · ")}
                {isVoid && ` · ${t.customer.void}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
