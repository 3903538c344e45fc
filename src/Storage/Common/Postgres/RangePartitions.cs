using System.Collections.Concurrent;
using System.Globalization;
using Dapper;
using Npgsql;

namespace Progeny.Storage.Common.Postgres;

/// <summary>
/// The partitions of a table by a column of seconds since 1970, each of some days and named for the first of them. They are made when
/// something is to be written there, or ahead of it, and dropped whole when they are old. Thread-safe.
/// </summary>
/// <param name="table">The table that has the partitions; it may be a partition itself.</param>
/// <param name="days">The length of a partition.</param>
internal sealed class RangePartitions(string table, int days)
{
    // "partitio" as a number. Whoever holds this lock makes or drops partitions.
    private const long Lock = 0x706172746974696F;
    private const long SecondsADay = 86_400;

    // Whoever drops a partition locks its table, and everybody who comes meanwhile waits behind: better it is dropped later.
    private const string LockTimeout = "SET LOCAL lock_timeout = '1s'";
    private const string NameFormat = "yyyyMMdd";

    // Room for changed rows on the same page, which then need no entry in the index.
    private const int FillFactor = 80;

    private readonly ConcurrentDictionary<long, bool> _known = new();

    /// <summary>The length of a partition in seconds.</summary>
    public long Length { get; } = days * SecondsADay;

    /// <summary>Makes the partitions of some times that are not there, in the transaction that is open.</summary>
    public static async Task EnsureAsync(
        NpgsqlConnection connection, IEnumerable<(RangePartitions Table, long Second)> wanted, CancellationToken cancellationToken)
    {
        var unknown = wanted.Select(one => (one.Table, Start: one.Table.StartOf(one.Second)))
            .Where(one => !one.Table._known.ContainsKey(one.Start))
            .ToHashSet();
        if (unknown.Count == 0)
            return;
        await connection.ExecuteAsync(new CommandDefinition(
            "SELECT pg_advisory_xact_lock(@Lock)", new { Lock }, cancellationToken: cancellationToken));
        var missing = (await connection.QueryAsync<string>(new CommandDefinition(
            "SELECT name FROM unnest(@names) AS name WHERE to_regclass(name) IS NULL",
            new { names = unknown.Select(one => one.Table.NameOf(one.Start)).ToArray() },
            cancellationToken: cancellationToken))).ToHashSet();
        foreach (var (partitions, start) in unknown)
        {
            if (missing.Contains(partitions.NameOf(start)))
                await connection.ExecuteAsync(new CommandDefinition(partitions.CreateOf(start), cancellationToken: cancellationToken));
            partitions._known.TryAdd(start, true);
        }
    }

    /// <summary>Forgets what is known to be there: after a transaction that failed, what it made is not.</summary>
    public void Forget() => _known.Clear();

    /// <summary>
    /// Drops the partitions that end before a time, each in a transaction of its own. One that is in use is left for the next call.
    /// </summary>
    /// <returns>The number of those that were dropped.</returns>
    public async Task<int> DropAsync(NpgsqlConnection connection, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var names = await connection.QueryAsync<string>(new CommandDefinition(
            "SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass(@table)",
            new { table },
            cancellationToken: cancellationToken));
        var end = before.ToUnixTimeSeconds();
        var dropped = 0;
        foreach (var (name, start) in names.Select(name => (name, Start: StartOf(name))).Where(one => one.Start + Length <= end))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            try
            {
                await connection.ExecuteAsync(new CommandDefinition(
                    $"{LockTimeout}; SELECT pg_advisory_xact_lock({Lock}); DROP TABLE {name}", cancellationToken: cancellationToken));
                await transaction.CommitAsync(cancellationToken);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                return dropped;
            }

            _known.TryRemove(start, out _);
            dropped++;
        }

        return dropped;
    }

    private static long FirstDay(string name) =>
        new DateTimeOffset(DateTime.ParseExact(name, NameFormat, CultureInfo.InvariantCulture), TimeSpan.Zero).ToUnixTimeSeconds();

    private long StartOf(string name) => FirstDay(name[(table.Length + 1)..]);

    private long StartOf(long second) => (long)Math.Floor((double)second / Length) * Length;

    private string NameOf(long start) =>
        $"{table}_{DateTimeOffset.FromUnixTimeSeconds(start).ToString(NameFormat, CultureInfo.InvariantCulture)}";

    // A table of its own that is attached locks nobody out, as one that is made within the other would.
    private string CreateOf(long start) =>
        $"""
        CREATE TABLE {NameOf(start)} (LIKE {table} INCLUDING ALL) WITH (fillfactor = {FillFactor});
        ALTER TABLE {table} ATTACH PARTITION {NameOf(start)} FOR VALUES FROM ({start}) TO ({start + Length});
        """;
}
