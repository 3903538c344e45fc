using Npgsql;

namespace Progeny.Storage.Feeds;

internal static class PostgresBatch
{
    /// <summary>A batch that makes its transaction read-only and then runs a query once for each set of values.</summary>
    public static NpgsqlBatch Create(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, IReadOnlyList<object?[]> values)
    {
        var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SET TRANSACTION READ ONLY"));
        foreach (var row in values)
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var value in row)
                command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
            batch.BatchCommands.Add(command);
        }

        return batch;
    }
}
