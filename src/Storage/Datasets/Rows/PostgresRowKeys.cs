using System.Data.Common;
using Dapper;
using Progeny.Core.Datasets.Rows;

namespace Progeny.Storage.Datasets.Rows;

/// <summary>The keys of appended rows in the cluster's database.</summary>
internal sealed class PostgresRowKeys : IRowKeys
{
    /// <inheritdoc/>
    public async Task<RowVerdict[]> EnterAsync(
        DbConnection connection, string dataset, IReadOnlyList<RowIdentity> rows, CancellationToken cancellationToken)
    {
        Dictionary<(long, long), RowIdentity> firsts = [];
        foreach (var row in rows)
            firsts.TryAdd((row.Key1, row.Key2), row);

        // In one order, so that two batches with the same keys wait for each other, and not both.
        RowIdentity[] ordered = [.. firsts.Values.OrderBy(row => row.Key1).ThenBy(row => row.Key2)];
        var parameters = new
        {
            dataset,
            key1 = ordered.Select(row => row.Key1).ToArray(),
            key2 = ordered.Select(row => row.Key2).ToArray(),
            contents1 = ordered.Select(row => row.Contents1).ToArray(),
            contents2 = ordered.Select(row => row.Contents2).ToArray(),
        };
        var entered = (await connection.QueryAsync<(long, long)>(new CommandDefinition(
            """
            INSERT INTO dataset_keys (dataset, key1, key2, contents1, contents2)
            SELECT @dataset, * FROM unnest(@key1, @key2, @contents1, @contents2)
            ON CONFLICT DO NOTHING RETURNING key1, key2
            """,
            parameters,
            cancellationToken: cancellationToken))).ToHashSet();
        Dictionary<(long, long), (long, long)> known = [];
        if (entered.Count < ordered.Length)
        {
            known = (await connection.QueryAsync<(long Key1, long Key2, long Contents1, long Contents2)>(new CommandDefinition(
                """
                SELECT k.key1, k.key2, k.contents1, k.contents2 FROM dataset_keys k
                JOIN unnest(@key1, @key2) AS asked(key1, key2) ON k.key1 = asked.key1 AND k.key2 = asked.key2
                WHERE k.dataset = @dataset
                """,
                parameters,
                cancellationToken: cancellationToken))).ToDictionary(row => (row.Key1, row.Key2), row => (row.Contents1, row.Contents2));
        }

        var verdicts = new RowVerdict[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            var (row, key) = (rows[i], (rows[i].Key1, rows[i].Key2));

            // Of rows of the batch itself the first is the one that is stored.
            var (contents1, contents2) = known.TryGetValue(key, out var before) ? before : (firsts[key].Contents1, firsts[key].Contents2);
            verdicts[i] = entered.Remove(key) ? RowVerdict.New
                : (contents1, contents2) == (row.Contents1, row.Contents2) ? RowVerdict.Repeated : RowVerdict.Conflicting;
        }

        return verdicts;
    }
}
