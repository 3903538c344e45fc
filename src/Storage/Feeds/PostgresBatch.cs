using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Progeny.Core.Feeds;

namespace Progeny.Storage.Feeds;

internal static class PostgresBatch
{
    /// <summary>A batch that makes its transaction read-only and then runs a query once for each set of values.</summary>
    /// <param name="timeout">How long the database works on each.</param>
    public static NpgsqlBatch Create(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        string sql,
        IReadOnlyList<string> names,
        IReadOnlyList<object?[]> values,
        TimeSpan timeout)
    {
        var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SET TRANSACTION READ ONLY"));
        batch.BatchCommands.Add(
            new NpgsqlBatchCommand(
                string.Create(CultureInfo.InvariantCulture, $"SET LOCAL statement_timeout = {(long)timeout.TotalMilliseconds}")));
        foreach (var row in values)
        {
            var command = new NpgsqlBatchCommand(sql);
            for (var i = 0; i < row.Length; i++)
            {
                var parameter = new NpgsqlParameter { Value = row[i] ?? DBNull.Value };

                // The server tells the type of what it compares with: a time came out as text and goes back as such.
                if (row[i] is string && names[i].StartsWith(FeedParameters.OwnPrefix, StringComparison.Ordinal))
                    parameter.NpgsqlDbType = NpgsqlDbType.Unknown;
                command.Parameters.Add(parameter);
            }

            batch.BatchCommands.Add(command);
        }

        return batch;
    }
}
