import { type FragmentOf, graphql, readFragment, type VariablesOf } from "../../api/graphql";
import { Panel } from "../../parts/panel";
import { Empty, Notices } from "../../parts/states";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";
import { type affinitySignQuery, AffinityTools } from "./tools";

export const affinity = graphql(`
  fragment Affinity on CategoryAffinity {
    notices
    pairs {
      first
      second
      confidence
      lift
      transactions
    }
  }
`);

/** Which categories go together. */
export function Affinity({ data, asked }: { data: FragmentOf<typeof affinity>; asked: VariablesOf<typeof affinitySignQuery> }) {
  const formats = useFormats();
  const { notices, pairs } = readFragment(affinity, data);
  return (
    <Panel title={t.patterns.affinity} about={t.patterns.affinityAbout} tools={<AffinityTools asked={asked} />}>
      {pairs.length === 0 ? (
        <Empty title={t.patterns.noPairs} />
      ) : (
        <div className="scroll" tabIndex={0} role="group" aria-label={t.patterns.affinity}>
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">{t.patterns.first}</th>
                <th scope="col">{t.patterns.second}</th>
                <th scope="col" className="right">
                  {t.patterns.lift}
                </th>
                <th scope="col" className="right">
                  {t.patterns.confidence}
                </th>
                <th scope="col" className="right">
                  {t.patterns.transactions}
                </th>
              </tr>
            </thead>
            <tbody>
              {pairs.map(({ first, second, lift, confidence, transactions }) => (
                <tr key={`${first} ${second}`}>
                  <th scope="row">{first}</th>
                  <td>{second}</td>
                  <td className="right">{formats.number(lift, 2)}</td>
                  <td className="right">{formats.percent(100 * confidence)}</td>
                  <td className="right">{formats.count(transactions)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Notices notices={notices} />
    </Panel>
  );
}
