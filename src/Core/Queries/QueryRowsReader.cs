using System.Text.Json;
using Progeny.Abstractions.Serving;

namespace Progeny.Core.Queries;

/// <summary>Reads a query by rows from JSON straight into the columns of one schema.</summary>
public static class QueryRowsReader
{
    /// <summary>The most rows that one request may carry.</summary>
    public const int MaxRows = 100_000;

    /// <summary>The most characters of a query id or an entity.</summary>
    public const int MaxIdCharacters = 256;

    /// <summary>The most characters of the id that a row of several has: the query's, a colon and the row's index.</summary>
    public const int MaxRowIdCharacters = MaxIdCharacters + 6;

    /// <summary>Reads <c>{"rows": [{field: value, …}, …], "query_id"?: text, "entity"?: text}</c>.</summary>
    /// <returns>The rows, or what is wrong. Values that do not fit their feature are in the rows' own list of errors.</returns>
    public static (QueryRows? Rows, ServingError? Error) Read(ReadOnlySpan<byte> json, QuerySchema schema)
    {
        var rows = schema.Rent();
        Array.Fill(rows.LastRows, -1);
        var columns = new Columns(rows);
        if (RequestReader.Read(json, ref columns) is not { } error)
            return (rows, null);
        rows.Dispose();
        return (null, error);
    }

    /// <summary>The rows of a request on their way into columns.</summary>
    private readonly struct Columns(QueryRows rows) : IRequestRows
    {
        public int Count => rows.Features.Rows;

        public string? QueryId { set => rows.QueryId = value; }

        public string? Entity { set => rows.Entity = value; }

        public string? Refusal => rows.Schema.Limits.Problem(rows.Features.Rows + 1L, rows.LastRows.Length);

        public void ReadRow(ref Utf8JsonReader reader)
        {
            var row = rows.AddRow();
            var names = rows.Schema.Names;
            var expected = 0;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = JsonToken.At(ref reader);
                var field = names.IndexOf(name, expected);
                if (field < 0)
                    CellReader.RefuseUnknown(rows, row, name);
                reader.Read();
                if (field >= 0)
                {
                    expected = field + 1;
                    CellReader.Set(rows, row, field, JsonToken.At(ref reader));
                }

                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                    reader.Skip();
            }
        }
    }
}
