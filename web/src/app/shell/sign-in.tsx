import { Button, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";

import { config, type Provider } from "../api/config";
import { session } from "../api/session";
import { alone } from "../api/tokens";
import { t } from "../texts";

/** Where the reader has to sign in: with the provider that the server names, else with a token that the server made. */
export function SignIn({ reason }: { reason: string | null }) {
  return (
    <main className="sign-in">
      <Paper withBorder p="xl" radius="md">
        <Stack>
          <Title order={1} size="h3">
            {t.signIn.title}
          </Title>
          {reason && (
            <Text role="alert" size="sm" className="refusal">
              {reason}
            </Text>
          )}
          <Way />
        </Stack>
      </Paper>
    </main>
  );
}

function Way() {
  const { provider, businesses, takesPastedTokens } = config;
  if (provider) {
    return <WithProvider provider={provider} />;
  }
  if (businesses.length > 0) {
    return <Button onClick={() => location.reload()}>{t.signIn.reload}</Button>;
  }
  return takesPastedTokens ? <WithToken /> : <Text size="sm">{t.signIn.noWay}</Text>;
}

function WithProvider({ provider }: { provider: Provider }) {
  const [problem, setProblem] = useState<string | null>(null);
  const [isLeaving, setLeaving] = useState(false);
  if (!provider.metadata) {
    return (
      <>
        <Text role="alert" size="sm">
          {t.signIn.silent}
        </Text>
        <Button onClick={() => location.reload()}>{t.problems.retry}</Button>
      </>
    );
  }
  const leave = async () => {
    setLeaving(true);
    try {
      const { leave: go } = await import("../api/provider");
      await go(location.pathname + location.search);
    } catch (error) {
      setLeaving(false);
      setProblem(t.signIn.failed(error instanceof Error ? error.message : String(error)));
    }
  };
  return (
    <>
      {problem && (
        <Text role="alert" size="sm" className="refusal">
          {problem}
        </Text>
      )}
      <Text size="sm">{t.signIn.at(new URL(provider.metadata.issuer).host)}</Text>
      <Button loading={isLeaving} onClick={() => void leave()}>
        {t.signIn.submit}
      </Button>
    </>
  );
}

/** The reader pastes a token, which this tab alone keeps. */
function WithToken() {
  const [token, setToken] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        session.signIn(alone(token.trim().replace(/^bearer\s+/i, "")));
      }}
    >
      <Stack>
        <Text size="sm">{t.signIn.how}</Text>
        <PasswordInput
          label={t.signIn.token}
          description={t.signIn.keeping}
          value={token}
          onChange={({ currentTarget }) => setToken(currentTarget.value)}
          autoComplete="off"
          required
        />
        <Button type="submit">{t.signIn.submit}</Button>
      </Stack>
    </form>
  );
}
