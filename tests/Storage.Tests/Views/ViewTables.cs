using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;
using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Storage.Datasets;
using Progeny.Storage.Datasets.Lake;
using Progeny.Storage.Feeds;
using Progeny.Storage.Tests.Datasets.Lake;

namespace Progeny.Storage.Tests.Views;

/// <summary>Tables in a database of one kind, and the feed over it.</summary>
internal abstract class ViewTables : IAsyncDisposable
{
    public abstract IFeed Feed { get; }

    /// <summary>Makes a table.</summary>
    /// <param name="columns">Names and types: text, bigint, double precision, timestamptz, date.</param>
    /// <param name="rows">Values: text, number or null.</param>
    /// <returns>The name of the table in SQL.</returns>
    public abstract Task<string> PutAsync(string table, (string Name, string Type)[] columns, IEnumerable<object?[]> rows);

    public abstract ValueTask DisposeAsync();

    private static string Literal(object? value) =>
        value is null ? "NULL" : value is string text ? SqlText.Literal(text) : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private static string Values(IEnumerable<object?[]> rows) =>
        string.Join(", ", rows.Select(row => $"({string.Join(", ", row.Select(Literal))})"));

    internal sealed class Sqlite(TemporaryFolder folder) : ViewTables
    {
        private readonly SqliteFeed feed = new("sqlite", $"Data Source={folder["views.db"]};Pooling=False");

        public override IFeed Feed => feed;

        public override async Task<string> PutAsync(string table, (string Name, string Type)[] columns, IEnumerable<object?[]> rows)
        {
            await using var connection = new SqliteConnection($"Data Source={folder["views.db"]};Pooling=False");
            // SQLite has no times of its own.
            var types = columns.Select(column => $"{column.Name} {(column.Type is "timestamptz" or "date" ? "text" : column.Type)}");
            await connection.ExecuteAsync($"CREATE TABLE {table} ({string.Join(", ", types)}); INSERT INTO {table} VALUES {Values(rows)}");
            return table;
        }

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    internal sealed class Postgres(string connectionString) : ViewTables
    {
        private readonly PostgresFeed feed = new("postgres", connectionString);

        public override IFeed Feed => feed;

        public override async Task<string> PutAsync(string table, (string Name, string Type)[] columns, IEnumerable<object?[]> rows)
        {
            await using var connection = new NpgsqlConnection(connectionString);
            var name = $"{table}_{Guid.NewGuid():n}";
            var types = columns.Select(column => $"{column.Name} {column.Type}");
            await connection.ExecuteAsync($"CREATE TABLE {name} ({string.Join(", ", types)}); INSERT INTO {name} VALUES {Values(rows)}");
            return name;
        }

        public override ValueTask DisposeAsync() => feed.DisposeAsync();
    }

    internal sealed class DuckDb : ViewTables
    {
        private readonly LakeFixture lake = new();

        public DuckDb() => Feed = new LakeFeeds(lake.Lake, Options.Create(new DatasetsOptions())).Open(
            "lake", new FeedOptions { Kind = "duckdb", Datasets = "*" }, "orders");

        public override IFeed Feed { get; }

        public override async Task<string> PutAsync(string table, (string Name, string Type)[] columns, IEnumerable<object?[]> rows)
        {
            var casts = columns.Select((column, i) => $"CAST(c{i} AS {column.Type}) AS {column.Name}");
            var names = columns.Select((_, i) => $"c{i}");
            await lake.PutAsync(
                table, $"SELECT {string.Join(", ", casts)} FROM (VALUES {Values(rows)}) AS t({string.Join(", ", names)})");
            return $"datasets.{table}";
        }

        public override async ValueTask DisposeAsync()
        {
            await ((IAsyncDisposable)Feed).DisposeAsync();
            lake.Dispose();
        }
    }
}
