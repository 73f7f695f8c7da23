import { Button, Group, Menu } from "@mantine/core";

import { type Address, type CustomerOrder, useAddress } from "../../address";
import { useReport } from "../../api/use-report";
import { Page } from "../../parts/page";
import { Panel } from "../../parts/panel";
import { Empty, Loaded } from "../../parts/states";
import { useDay, useFormats, useShop } from "../../shell/shop";
import { t } from "../../texts";
import { chosenColumns, COLUMNS, type ColumnName, columnsOfFile } from "./columns";
import { CustomersExports } from "./exports";
import { CustomerFilters, filterOf } from "./filters";
import { type Asked, customersQuery } from "./query";
import { CustomersTable } from "./table";

const PAGE = 50;

export default function Customers() {
  const [address] = useAddress();
  const { segmentScheme, segmentDays, today } = useShop();
  const asOf = useDay();
  const columns = chosenColumns(address.columns);
  const asked: Asked = {
    filter: filterOf(address, asOf),
    orderBy: orderOf(address),
    asOf,
    scheme: segmentScheme,
    days: segmentDays,
    first: PAGE,
    ...wanted(columns),
  };
  const report = useReport(customersQuery, asked, { isPrivate: true });
  const formats = useFormats();
  return (
    <Page title={t.pages.customers} about={t.customers.about} filters={<CustomerFilters />}>
      <Loaded report={report} what={t.customers.what}>
        {({ customers }) => (
          <Panel
            title={t.customers.found(formats.count(customers.totalCount), customers.totalCount)}
            tools={
              <Group gap={6}>
                <CustomersExports asked={{ filter: asked.filter ?? null, orderBy: asked.orderBy ?? null, asOf, columns: columnsOfFile(columns, { isPast: asOf < today, hidden: report.hidden }) }} />
                <ColumnChoice />
              </Group>
            }
          >
            {customers.totalCount === 0 ? (
              <Empty title={t.empty.customers}>{t.empty.customersHow}</Empty>
            ) : (
              <CustomersTable
                key={JSON.stringify(asked)}
                first={customers}
                asked={asked}
                columns={columns}
              />
            )}
          </Panel>
        )}
      </Loaded>
    </Page>
  );
}

function wanted(columns: ColumnName[]) {
  return {
    withTags: columns.includes("tags"),
    withEmail: columns.includes("email"),
    withBalance: columns.includes("balance"),
    withCity: columns.includes("city"),
    withSegment: columns.includes("segment"),
    withStake: columns.includes("stake"),
    withExpected: columns.includes("expected"),
  };
}

function orderOf({ order }: Address): CustomerOrder {
  const orders = Object.keys(t.customers.orders) as CustomerOrder[];
  return orders.find((word) => word === order) ?? "TOTAL_SPENT";
}

function ColumnChoice() {
  const [address, set] = useAddress();
  const chosen = chosenColumns(address.columns);
  const toggle = (name: ColumnName) => {
    const next = COLUMNS.filter((column) => chosen.includes(column) !== (column === name));
    set({ columns: next.join(".") }, { replace: true });
  };
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <Button size="xs" variant="default">
          {t.customers.columns}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {COLUMNS.map((name) => (
          <Menu.Item key={name} role="menuitemcheckbox" aria-checked={chosen.includes(name)} onClick={() => toggle(name)}>
            <span aria-hidden="true">{chosen.includes(name) ? "☑" : "☐"}</span> {t.customerColumns[name]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
