using Npgsql;

namespace Progeny.Storage.Tests.Feeds;

/// <summary>A private PostgreSQL with a table of airports, which lives as long as the tests of one class.</summary>
public sealed class PostgresCluster : IAsyncLifetime
{
    private PostgresServer? server;

    /// <summary>Where the newest installed PostgreSQL has its programs, or null.</summary>
    public static string? Programs => PostgresServer.Programs;

    public string ConnectionString => server?.ConnectionString ?? "";

    public async Task InitializeAsync()
    {
        if (Programs is null)
            return;
        server = await PostgresServer.StartNewAsync();
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand(
            """
            CREATE TABLE airports (code text PRIMARY KEY, state varchar(2), latitude numeric(9, 4), gates int, open bool, since date, seen timestamptz);
            INSERT INTO airports VALUES
                ('SFO', 'CA', 37.6188, 115, true, '1927-05-07', '2026-11-22 12:00:00.5+02'),
                ('JFK', 'NY', 40.6397, 128, false, '1948-07-01', NULL),
                ('XXX', NULL, NULL, NULL, NULL, NULL, NULL);
            """);
        await command.ExecuteNonQueryAsync();
    }

    public async Task DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
    }
}
