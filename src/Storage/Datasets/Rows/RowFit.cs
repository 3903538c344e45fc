using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Rows;
using static Progeny.Core.Common.SqlText;

namespace Progeny.Storage.Datasets.Rows;

/// <summary>
/// The types of appended rows that passed a contract. A column keeps the type that the table has where all of their values have it exactly,
/// whatever the rows that did not pass have in it.
/// </summary>
internal static class RowFit
{
    /// <summary>The rows that passed, with the types that their table has or must have.</summary>
    /// <param name="rows">All rows, before they were judged.</param>
    /// <param name="existing">The columns of the table, which come first in all others.</param>
    public static async Task<Judgement> FitAsync(
        DuckDbEngine engine,
        Judgement judgement,
        RowTable rows,
        IReadOnlyList<DatasetColumn> existing,
        string folder,
        CancellationToken cancellationToken)
    {
        if (judgement.Contract is null || existing.Count == 0)
            return judgement;
        await using var session = engine.Open(new DuckDbAccess([], [folder]));
        var table = DatasetFiles.Table(judgement.Files);
        List<DatasetColumn> fitted = [];
        for (var i = 0; i < judgement.Columns.Count; i++)
        {
            var column = judgement.Columns[i];
            fitted.Add(i >= existing.Count || column.Type == existing[i].Type ? column
                : await HasExactlyAsync(session, table, column, existing[i].Type, cancellationToken)
                    ? column with { Type = existing[i].Type }
                    : column with { Type = rows.Columns[i].Type });
        }

        if (fitted.SequenceEqual(judgement.Columns))
            return judgement;
        var casts = fitted.Select((column, i) =>
            $"{ColumnTyping.Cast(Name(column.Name), judgement.Columns[i].Type, column.Type)} AS {Name(column.Name)}");
        var path = Path.Combine(folder, "fitted.parquet");
        await session.WriteParquetAsync($"SELECT {string.Join(", ", casts)} FROM {table}", path, cancellationToken);
        return judgement with { Columns = fitted, Files = [path] };
    }

    /// <summary>The columns that the table of a version has with other types.</summary>
    public static IReadOnlyList<DatasetColumn> Widened(IReadOnlyList<DatasetColumn> columns, DatasetVersion? version) =>
        [.. columns.Take(version?.Columns.Count ?? 0).Where((column, i) => column.Type != version!.Columns[i].Type)];

    private static async Task<bool> HasExactlyAsync(
        DuckDbSession session, string table, DatasetColumn column, string type, CancellationToken cancellationToken)
    {
        var name = Name(column.Name);
        return await session.ScalarAsync(
            $"SELECT coalesce(bool_and(coalesce(CAST(TRY_CAST({name} AS {type}) AS {column.Type}) = {name}, false)), true) "
                + $"FROM {table} WHERE {name} IS NOT NULL",
            cancellationToken) is true;
    }
}
