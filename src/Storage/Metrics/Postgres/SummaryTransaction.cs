using Npgsql;
using Progeny.Abstractions.Metrics;
using Progeny.Core.Drift;
using Progeny.Storage.Common.Postgres;

namespace Progeny.Storage.Metrics.Postgres;

/// <summary>
/// Adds a summary to its windows and moves its cursor: two round trips, however many windows it has. The row of its generation is locked,
/// which is the only lock that two summaries can meet at; so windows, distributions and blocks of recent rows can be read, merged and
/// written back.
/// </summary>
/// <param name="generation">The number of the generation.</param>
/// <param name="age">The time by which windows are old.</param>
internal sealed class SummaryTransaction(
    NpgsqlConnection connection, PerfdbPartitions partitions, long generation, GenerationSummary summary, DateTimeOffset age)
{
    private const string Lock = "SELECT FROM generations WHERE id = $1 FOR NO KEY UPDATE";

    private const string MoveFirst =
        """
        INSERT INTO cursors (source, generation, through, logged, changed) VALUES ($1, $2, $4, $5, $6)
        ON CONFLICT (source, generation) DO UPDATE SET through = excluded.through, changed = excluded.changed WHERE cursors.through = $3
        RETURNING through
        """;

    private const string MoveNext =
        """
        UPDATE cursors SET through = $4, logged = $5, changed = $6 WHERE source = $1 AND generation = $2 AND through = $3
        RETURNING through
        """;

    private const string SelectCursor = "SELECT through FROM cursors WHERE source = $1 AND generation = $2";
    private const string SelectLastBlock = "SELECT until, rows, start, data FROM recent WHERE generation = $1 ORDER BY until DESC LIMIT 1";

    private const string UpsertWindows =
        """
        INSERT INTO windows (generation, step, start, rows, errors, augment, queue, predict, latency)
        SELECT $1, * FROM unnest($2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (generation, step, start) DO UPDATE SET rows = windows.rows + excluded.rows, errors = windows.errors + excluded.errors,
            augment = windows.augment + excluded.augment, queue = windows.queue + excluded.queue,
            predict = windows.predict + excluded.predict, latency = excluded.latency
        """;

    private const string UpsertDistributions =
        """
        INSERT INTO distributions (generation, step, start, data) SELECT $1, * FROM unnest($2, $3, $4)
        ON CONFLICT (generation, step, start) DO UPDATE SET data = excluded.data
        """;

    private const string RemoveBlock = "DELETE FROM recent WHERE generation = $1 AND until = $2";
    private const string InsertBlocks =
        "INSERT INTO recent (generation, until, rows, start, data) SELECT $1, * FROM unnest($2, $3, $4, $5)";
    private const string RemoveBlocks = "DELETE FROM recent WHERE generation = $1 AND until <= $2";

    private readonly IReadOnlyList<WindowSum> sums = WindowSum.Of(summary, age);

    /// <returns>The cursor now.</returns>
    public async Task<long> RunAsync(CancellationToken cancellationToken)
    {
        await partitions.EnsureAsync(connection, sums, cancellationToken);
        var (isMoved, cursor, last) = await ReadAsync(cancellationToken);
        if (isMoved)
            await WriteAsync(RecentChange.Of(last, summary), cancellationToken);
        return cursor;
    }

    /// <summary>Takes the lock, moves the cursor, and adds what is stored to the sums.</summary>
    private async Task<(bool IsMoved, long Cursor, RecentBlock? Last)> ReadAsync(CancellationToken cancellationToken)
    {
        var source = summary.Source.ToByteArray(bigEndian: true);
        await using var batch = connection.CreateBatch();
        batch.Add(Lock, generation)
            .Add(
                summary.After == 0 ? MoveFirst : MoveNext,
                source,
                generation,
                summary.After,
                summary.Through,
                summary.IsLogged ? 1 : 0,
                age.ToUnixTimeSeconds())
            .Add(SelectCursor, source, generation)
            .Add(SelectLastBlock, generation);
        var merges = AddSelects(batch);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var isMoved = await reader.ReadAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var cursor = await reader.ReadAsync(cancellationToken) ? reader.GetInt64(0) : 0;
        await reader.NextResultAsync(cancellationToken);
        var last = await reader.ReadAsync(cancellationToken)
            ? new RecentBlock(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), (byte[])reader.GetValue(3))
            : null;
        foreach (var merge in merges)
        {
            await reader.NextResultAsync(cancellationToken);
            while (isMoved && await reader.ReadAsync(cancellationToken))
                merge(reader.GetInt64(0), (byte[])reader.GetValue(1));
        }

        return (isMoved, cursor, last);
    }

    /// <summary>Appends the reads of what is stored: by resolution, so that each reads the partitions that it needs and no other.</summary>
    /// <returns>For each read what is done with a start and its data.</returns>
    private List<Action<long, byte[]>> AddSelects(NpgsqlBatch batch)
    {
        var merges = new List<Action<long, byte[]>>();
        foreach (var windows in sums.GroupBy(sum => sum.Step).Select(group => group.ToDictionary(sum => sum.Start)))
        {
            var step = windows.Values.First().Step;
            var starts = windows.Keys.ToArray();
            batch.Add(
                $"SELECT start, latency FROM windows WHERE generation = $1 AND step = {step} AND start = ANY ($2)", generation, starts);
            merges.Add((start, data) => windows[start].Counts.Latency.Merge(data));
            if (windows.Values.Where(sum => sum.Distributions is not null).Select(sum => sum.Start).ToArray() is not { Length: > 0 } spread)
                continue;
            batch.Add(
                $"SELECT start, data FROM distributions WHERE generation = $1 AND step = {step} AND start = ANY ($2)", generation, spread);
            merges.Add((start, data) => windows[start].Distributions!.Merge(Distributions.Decode(data)));
        }

        return merges;
    }

    private async Task WriteAsync(RecentChange? recent, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        if (sums.Count > 0)
        {
            batch.Add(
                UpsertWindows,
                generation,
                sums.Select(sum => sum.Step).ToArray(),
                sums.Select(sum => sum.Start).ToArray(),
                sums.Select(sum => sum.Counts.Rows).ToArray(),
                sums.Select(sum => sum.Counts.Errors).ToArray(),
                sums.Select(sum => sum.Counts.AugmentMicroseconds).ToArray(),
                sums.Select(sum => sum.Counts.QueueMicroseconds).ToArray(),
                sums.Select(sum => sum.Counts.PredictMicroseconds).ToArray(),
                sums.Select(sum => sum.Counts.Latency.Encode()).ToArray());
        }

        if (sums.Where(sum => sum.Distributions is not null).ToList() is { Count: > 0 } spread)
        {
            batch.Add(
                UpsertDistributions,
                generation,
                spread.Select(sum => sum.Step).ToArray(),
                spread.Select(sum => sum.Start).ToArray(),
                spread.Select(sum => sum.Distributions!.Encode()).ToArray());
        }

        if (recent is not null)
        {
            batch.Add(RemoveBlock, generation, recent.Replaced ?? -1)
                .Add(
                    InsertBlocks,
                    generation,
                    recent.Added.Select(block => block.Until).ToArray(),
                    recent.Added.Select(block => block.Rows).ToArray(),
                    recent.Added.Select(block => block.Start).ToArray(),
                    recent.Added.Select(block => block.Data).ToArray())
                .Add(RemoveBlocks, generation, recent.RemovedUntil);
        }

        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
