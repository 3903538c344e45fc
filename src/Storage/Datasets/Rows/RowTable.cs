using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Rows;

namespace Progeny.Storage.Datasets.Rows;

/// <summary>Appended rows as a Parquet file with all columns of their dataset.</summary>
internal sealed record RowTable
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "rows.parquet";

    /// <summary>The columns of the table and of the rows together.</summary>
    public required IReadOnlyList<DatasetColumn> Columns { get; init; }

    public required string Path { get; init; }

    public required long Rows { get; init; }

    /// <summary>Writes the rows.</summary>
    /// <param name="folder">A folder of the caller's, in which the file is made, and which may have parts of the version.</param>
    public static async Task<RowTable> WriteAsync(
        DuckDbEngine engine, ArtifactFiles artifacts, WaitingRows waiting, string folder, CancellationToken cancellationToken)
    {
        var existing = waiting.Version?.Columns ?? [];
        var columns = StagedColumn.Of(existing, RowColumn.Union(waiting.Batches.Select(batch => batch.Columns)));
        await using var session = engine.Open(new DuckDbAccess([], [folder]));
        await RowStage.LoadAsync(session, columns, waiting.Batches, cancellationToken);
        var meets = await CheckAsync(session, columns, cancellationToken);
        List<DatasetColumn> types = [];
        for (var i = 0; i < columns.Count; i++)
        {
            var (column, typing) = (columns[i], columns[i].Typing);
            var isWanted = meets[i] && (!typing.NeedsExact || await IsExactAsync(column));
            types.Add(new DatasetColumn(column.Name, isWanted ? typing.Type : typing.Fallback));
        }

        var path = System.IO.Path.Combine(folder, FileName);
        var list = string.Join(
            ", ", types.Select((column, i) => $"CAST(c{i} AS {column.Type}) AS {SqlText.Name(column.Name)}"));
        await session.WriteParquetAsync($"SELECT {list} FROM staged", path, cancellationToken);
        return new RowTable
        {
            Columns = types,
            Path = path,
            Rows = waiting.Batches.Sum(batch => (long)batch.Rows),
        };

        async Task<bool> IsExactAsync(StagedColumn column)
        {
            var name = SqlText.Name(column.Name);
            foreach (var part in waiting.Parts)
            {
                var file = await artifacts.BringAsync(part.Digest, folder, PartFiles.NameOf(part), cancellationToken);
                var table = $"read_parquet({SqlText.Literal(file)})";
                var has = await PartFiles.HasColumnAsync(session, table, column.Name, cancellationToken);
                if (has && await session.ScalarAsync(
                    $"SELECT coalesce(min({name}) >= -9007199254740992 AND max({name}) <= 9007199254740992, true) FROM {table}",
                    cancellationToken) is not true)
                    return false;
            }

            return true;
        }
    }

    /// <summary>Which columns' new values all meet their condition.</summary>
    private static async Task<bool[]> CheckAsync(
        DuckDbSession session, IReadOnlyList<StagedColumn> columns, CancellationToken cancellationToken)
    {
        var meets = columns.Select(_ => true).ToArray();
        int[] asked = [.. Enumerable.Range(0, columns.Count).Where(i => columns[i].Typing.Condition is not null)];
        if (asked.Length == 0)
            return meets;
        var conditions = asked.Select(i =>
            $"(SELECT coalesce(bool_and({columns[i].Typing.Condition}), true) "
                + $"FROM (SELECT c{i} AS value FROM staged WHERE c{i} IS NOT NULL))");
        var found = await session.QueryAsync(
            $"SELECT {string.Join(", ", conditions)}",
            record => asked.Select((_, place) => record.GetBoolean(place)).ToArray(),
            cancellationToken);
        for (var place = 0; place < asked.Length; place++)
            meets[asked[place]] = found[0][place];
        return meets;
    }
}
