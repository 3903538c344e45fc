using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Rows;

namespace Progeny.Storage.Datasets.Rows;

/// <summary>Parts of a table, rewritten as one file or with other types.</summary>
internal static class PartFiles
{
    /// <summary>The name of a part's file in a folder.</summary>
    public static string NameOf(DatasetPart part) => $"{part.Digest}.parquet";

    /// <summary>Whether a table has a column of a name.</summary>
    public static async Task<bool> HasColumnAsync(
        DuckDbSession session, string table, string column, CancellationToken cancellationToken) =>
        (await ColumnsAsync(session, table, cancellationToken)).ContainsKey(column);

    /// <summary>Writes the rows of parts into one file with given columns; those that the parts have not are NULL.</summary>
    /// <returns>The path of the file.</returns>
    public static async Task<string> RewriteAsync(
        DuckDbEngine engine,
        ArtifactFiles artifacts,
        IReadOnlyList<DatasetPart> parts,
        IReadOnlyList<DatasetColumn> columns,
        string folder,
        CancellationToken cancellationToken)
    {
        List<string> files = [];
        foreach (var part in parts)
            files.Add(SqlText.Literal(await artifacts.BringAsync(part.Digest, folder, NameOf(part), cancellationToken)));
        await using var session = engine.Open(new DuckDbAccess([], [folder]));
        var selects = new List<string>();
        foreach (var file in files)
            selects.Add(await SelectAsync(session, $"read_parquet({file})", columns, cancellationToken));
        var path = Path.Combine(folder, $"{Guid.NewGuid():n}.parquet");
        await session.WriteParquetAsync(string.Join(" UNION ALL ", selects), path, cancellationToken);
        return path;
    }

    private static async Task<string> SelectAsync(
        DuckDbSession session, string table, IReadOnlyList<DatasetColumn> columns, CancellationToken cancellationToken)
    {
        var found = await ColumnsAsync(session, table, cancellationToken);
        var list = columns.Select(column =>
        {
            var name = SqlText.Name(column.Name);
            return $"{ColumnTyping.Cast(name, found.GetValueOrDefault(column.Name), column.Type)} AS {name}";
        });
        return $"SELECT {string.Join(", ", list)} FROM {table}";
    }

    private static async Task<Dictionary<string, string>> ColumnsAsync(
        DuckDbSession session, string table, CancellationToken cancellationToken) =>
        (await session.DescribeAsync(table, cancellationToken))
        .ToDictionary(column => column.Name, column => column.Type, StringComparer.OrdinalIgnoreCase);
}
