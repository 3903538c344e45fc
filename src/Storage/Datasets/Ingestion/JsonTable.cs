using System.Globalization;
using Progeny.Core.Common;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>Opens the table of a JSON file: objects in an array, one a line, or one alone; their keys are the columns.</summary>
internal static class JsonTable
{
    /// <summary>The most bytes of one object.</summary>
    public const long MaxObjectBytes = 32L << 20;

    public static async Task<SourceTable> OpenAsync(
        DuckDbSession session, PlainText text, string format, TableTyping typing, CancellationToken cancellationToken)
    {
        if (text.Bytes == 0)
            throw new UnreadableTableException("It is empty.");
        await Task.Run(() => JsonDepth.Check(text.Path, cancellationToken), cancellationToken);
        var sql = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            read_json({SqlText.Literal(text.Path)}, format = '{(format == FileKind.NdJson ? "newline_delimited" : "auto")}',
                sample_size = -1,
                maximum_depth = 1, map_inference_threshold = -1, maximum_object_size = {MaxObjectBytes}, compression = 'uncompressed')
            """);
        var names = (await session.DescribeAsync(sql, cancellationToken)).Select(column => column.Name).ToList();
        TableColumns.Check(names.Count);
        return new SourceTable(
            format,
            // Once the keys are known they need not be found out again, and a key that is new is an error.
            sql,
            [.. names.Select(name => ColumnOf(name))],
            JsonTypes.Of(typing),
            null,
            text.Note);
    }

    private static SourceColumn ColumnOf(string name)
    {
        var json = $"NULLIF({SqlText.Name(name)}::VARCHAR, 'null')";
        return new SourceColumn(name, json, null) { Text = JsonTypes.TextOfValue(json) };
    }
}
