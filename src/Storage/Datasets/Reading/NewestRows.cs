using System.Text.Json;
using Progeny.Storage.Datasets.Lake;

namespace Progeny.Storage.Datasets.Reading;

/// <summary>The rows of a dataset as SQL over the lake has them: the newest version, and what was appended since.</summary>
public sealed class NewestRows(DuckDbEngine engine, DatasetLakeSchema schema)
{
    /// <summary>Rows in their order, each as a JSON object, and how many there are; null: there is no such dataset.</summary>
    /// <param name="offset">How many rows are passed over.</param>
    /// <param name="limit">How many rows are read at most.</param>
    /// <exception cref="LakeException">There is no table to read.</exception>
    public async Task<(long Total, IReadOnlyList<JsonElement> Rows)?> ReadAsync(
        string dataset, long offset, int limit, CancellationToken cancellationToken)
    {
        await using var session = engine.Open(DuckDbAccess.None);
        var reference = new LakeReference(DatasetLakeSchema.SchemaName, dataset, null);
        if (await schema.FindAsync(reference, session.Folder, cancellationToken) is not { } found)
            return null;
        var table = $"({found.Sql})";
        var total = (long)(await session.ScalarAsync($"SELECT count(*) FROM {table}", cancellationToken))!;
        var columns = await session.DescribeAsync(table, cancellationToken);
        return (total, await RowJson.ReadAsync(session, table, columns, offset, limit, cancellationToken));
    }
}
