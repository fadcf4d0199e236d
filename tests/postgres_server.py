"""The Postgres server of an agent's tests, for the tests of the template."""

from agent_parts import part

postgres = part("postgres")
PostgresServer = postgres.PostgresServer
available = postgres.available
