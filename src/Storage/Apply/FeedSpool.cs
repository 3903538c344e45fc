using System.Globalization;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Feeds;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.Apply;

/// <summary>Writes the rows of a feed into Parquet files, so that they can be read again as they were.</summary>
/// <param name="texts">The columns whose values are texts even where they look like numbers.</param>
internal sealed class FeedSpool(DuckDbSession session, ArtifactFiles files, string folder, IReadOnlySet<string> texts)
{
    private const int RowsOfPart = 50_000;

    private readonly List<string> paths = [];

    /// <summary>The files, in the order of the rows.</summary>
    public IReadOnlyList<string> Paths => paths;

    /// <summary>Reads all rows; there is a part, though an empty one, where there are none.</summary>
    public async Task<IReadOnlyList<DatasetPart>> WriteAsync(IFeedReader reader, CancellationToken cancellationToken)
    {
        var parts = new List<DatasetPart>();
        var rows = new List<object?[]>();
        while (true)
        {
            var hasRow = await reader.ReadAsync(cancellationToken);
            if (hasRow)
                rows.Add([.. Enumerable.Range(0, reader.Columns.Count).Select(reader.GetValue)]);
            if (rows.Count == RowsOfPart || (!hasRow && (rows.Count > 0 || parts.Count == 0)))
            {
                parts.Add(await WriteAsync(reader.Columns, rows, cancellationToken));
                rows.Clear();
            }

            if (!hasRow)
                return parts;
        }
    }

    private async Task<DatasetPart> WriteAsync(
        IReadOnlyList<string> columns, List<object?[]> rows, CancellationToken cancellationToken)
    {
        var types = columns.Select((name, i) => texts.Contains(name) ? "VARCHAR" : TypeOf(rows, i)).ToList();
        var list = string.Join(", ", columns.Select((name, i) => $"{SqlText.Name(name)} {types[i]}"));
        await session.ExecuteAsync($"CREATE OR REPLACE TABLE spool ({list})", cancellationToken);
        using (var appender = session.Connection.CreateAppender("spool"))
        {
            foreach (var values in rows)
            {
                var row = appender.CreateRow();
                for (var i = 0; i < values.Length; i++)
                {
                    _ = (types[i], values[i]) switch
                    {
                        (_, null) => row.AppendNullValue(),
                        ("BIGINT", long integer) => row.AppendValue(integer),
                        ("BOOLEAN", bool truth) => row.AppendValue(truth),
                        ("DOUBLE", { } number) => row.AppendValue(Convert.ToDouble(number, CultureInfo.InvariantCulture)),
                        (_, { } value) => row.AppendValue(ValueText.Of(value)),
                    };
                }

                row.EndRow();
            }
        }

        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"spool-{paths.Count}.parquet"));
        await session.WriteParquetAsync("SELECT * FROM spool", path, DuckDbSession.QuickParquet, cancellationToken);
        paths.Add(path);
        return new DatasetPart(await files.KeepAsync(path, cancellationToken), rows.Count, new FileInfo(path).Length);
    }

    /// <summary>The narrowest type that has all values of a column; NULLs alone are whole numbers, which every type has.</summary>
    private static string TypeOf(List<object?[]> rows, int column)
    {
        var type = "";
        foreach (var values in rows)
        {
            var found = values[column] switch
            {
                null => type,
                bool => "BOOLEAN",
                long => "BIGINT",
                double => "DOUBLE",
                _ => "VARCHAR",
            };
            type = type.Length == 0 || type == found ? found
                : (type, found) is ("BIGINT", "DOUBLE") or ("DOUBLE", "BIGINT") && HasExactIntegers(rows, column) ? "DOUBLE"
                : found.Length == 0 ? type
                : "VARCHAR";
            if (type == "VARCHAR")
                break;
        }

        return type.Length == 0 ? "BIGINT" : type;
    }

    private static bool HasExactIntegers(List<object?[]> rows, int column) =>
        rows.TrueForAll(values => values[column] is not long integer || Math.Abs(integer) <= 1L << 53);
}
