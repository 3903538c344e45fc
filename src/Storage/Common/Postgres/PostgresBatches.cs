using Npgsql;

namespace Progeny.Storage.Common.Postgres;

/// <summary>
/// Statements that go to the database together, in one round trip. Each sees what those before it did, and what others committed meanwhile.
/// </summary>
internal static class PostgresBatches
{
    /// <summary>Appends a statement.</summary>
    /// <param name="values">The values of <c>$1</c>, <c>$2</c> …</param>
    public static NpgsqlBatch Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        batch.BatchCommands.Add(command);
        return batch;
    }
}
