using System.Text;
using System.Text.Json;
using Progeny.Abstractions.Serving;
using Progeny.Core.Lifecycle;
using Progeny.Core.Lifecycle.Shapes;

namespace Progeny.Core.Serving;

/// <summary>Reads a query by rows from JSON straight into columns.</summary>
public static class QueryRowsReader
{
    /// <summary>The most rows that one request may carry.</summary>
    public const int MostRows = 100_000;

    /// <summary>The most characters of a query id or an entity.</summary>
    public const int MostIdCharacters = 256;

    /// <summary>The most characters of the id that a row of several has: the query's, a colon and the row's index.</summary>
    public const int MostRowIdCharacters = MostIdCharacters + 6;

    private const string NoValue = "a value must be a number, a string, a boolean or null";

    private static readonly string[] Members = ["rows", "query_id", "entity"];

    /// <summary>Reads <c>{"rows": [{field: value, …}, …], "query_id"?: text, "entity"?: text}</c>.</summary>
    /// <returns>The rows, or what is wrong. Values that do not fit their feature are in the rows' own list of errors.</returns>
    public static (QueryRows? Rows, ServingError? Error) Read(ReadOnlySpan<byte> json, QuerySchema schema)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            return ReadRequest(ref reader, schema);
        }
        catch (JsonException exception)
        {
            return Refuse($"The request is no JSON: {exception.Message}");
        }
        catch (InvalidOperationException exception)
        {
            // What Utf8JsonReader throws for text that is no valid UTF-8 or holds half a surrogate pair.
            return Refuse($"The request holds a text that is no valid UTF-8 at byte {reader.TokenStartIndex}: {exception.Message}");
        }
    }

    private static (QueryRows?, ServingError?) ReadRequest(ref Utf8JsonReader reader, QuerySchema schema)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return Refuse("The request must be a JSON object like {\"rows\": [{…}]}.");
        var rows = new QueryRows(schema);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!seen.Add(name))
                return Refuse($"'{name}' appears more than once.");
            if (ReadMember(ref reader, rows, name) is { } error)
                return Refuse(error);
        }

        if (reader.Read())
            return Refuse("The request goes on behind its end.");
        if (!seen.Contains("rows"))
            return Refuse("'rows' is missing: a request is a JSON object like {\"rows\": [{…}]}.");
        return rows.Features.Rows == 0 ? Refuse("'rows' is empty; a request asks for one row at least.") : (rows, null);
    }

    private static string? ReadMember(ref Utf8JsonReader reader, QueryRows rows, string name)
    {
        switch (name)
        {
            case "rows":
                return ReadRows(ref reader, rows);
            case "query_id":
                rows.QueryId = ReadId(ref reader, name, out var problem);
                return problem;
            case "entity":
                rows.Entity = ReadId(ref reader, name, out problem);
                return problem;
            default:
                return $"'{Shorten(name)}' is no part of a request{Suggestion.Among(name, Members, "parts")}.";
        }
    }

    private static string? ReadId(ref Utf8JsonReader reader, string name, out string? problem)
    {
        reader.Read();
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        problem = reader.TokenType == JsonTokenType.Null || text.Length is > 0 and <= MostIdCharacters
            ? null
            : $"'{name}' must be a text of 1 to {MostIdCharacters} characters, or be left out.";
        return text.Length > 0 ? text : null;
    }

    private static string? ReadRows(ref Utf8JsonReader reader, QueryRows rows)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return "'rows' must be an array of objects.";
        // For each field the last row that had it, so that a field is noticed that a row has twice.
        var lastRows = new int[rows.Schema.Features.Count + rows.Schema.Extras.Count];
        Array.Fill(lastRows, -1);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                return $"rows[{rows.Features.Rows}] must be an object of field names and values.";
            if (rows.Features.Rows == MostRows)
                return $"A request may carry at most {MostRows} rows.";
            ReadRow(ref reader, rows, lastRows);
        }

        return null;
    }

    private static void ReadRow(ref Utf8JsonReader reader, QueryRows rows, int[] lastRows)
    {
        var row = rows.AddRow();
        var expected = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = rows.Schema.IndexOf(ref reader, expected);
            if (field < 0)
            {
                RefuseUnknown(ref reader, rows, row);
                continue;
            }

            expected = field + 1;
            reader.Read();
            var error = lastRows[field] == row ? "the field appears more than once"
                : field >= rows.Schema.Features.Count ? ReadExtra(ref reader, rows, row, field - rows.Schema.Features.Count)
                : ReadFeature(ref reader, rows.Features.Columns[field], row);
            lastRows[field] = row;
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                reader.Skip();
            if (error is not null)
                rows.Features.Refuse(row, rows.Schema.NameOf(field), error);
        }
    }

    private static void RefuseUnknown(ref Utf8JsonReader reader, QueryRows rows, int row)
    {
        if (!rows.Features.HasMostErrors)
        {
            var name = reader.GetString()!;
            rows.Features.Refuse(row, Shorten(name), $"there is no such field{rows.Schema.Among(name)}");
        }

        reader.Read();
        reader.Skip();
    }

    private static string? ReadFeature(ref Utf8JsonReader reader, FeatureColumn column, int row) => reader.TokenType switch
    {
        JsonTokenType.Number => SetNumber(ref reader, column, row),
        JsonTokenType.String => column.SetText(row, reader.GetString()!),
        JsonTokenType.True => column.SetBoolean(row, true),
        JsonTokenType.False => column.SetBoolean(row, false),
        JsonTokenType.Null => null, // missing: whether it may be is known when augmentation has had its turn
        _ => NoValue,
    };

    private static string? SetNumber(ref Utf8JsonReader reader, FeatureColumn column, int row)
    {
        if (column.Feature.Type is FeatureType.Category or FeatureType.Text)
            return column.SetText(row, Encoding.UTF8.GetString(reader.ValueSpan));
        return column.Feature.Type == FeatureType.Int && reader.TryGetInt64(out var integer)
            ? column.SetInteger(row, integer)
            : column.SetNumber(row, reader.GetDouble());
    }

    private static string? ReadExtra(ref Utf8JsonReader reader, QueryRows rows, int row, int extra)
    {
        object? value;
        switch (reader.TokenType)
        {
            case JsonTokenType.Number when reader.TryGetInt64(out var integer):
                value = integer;
                break;
            case JsonTokenType.Number:
                if (!double.IsFinite(reader.GetDouble()))
                    return "the number is out of the range of a 64-bit float";
                value = reader.GetDouble();
                break;
            case JsonTokenType.String:
                value = reader.GetString();
                break;
            case JsonTokenType.True or JsonTokenType.False:
                value = reader.TokenType == JsonTokenType.True;
                break;
            case JsonTokenType.Null:
                value = null;
                break;
            default:
                return NoValue;
        }

        rows.SetExtra(row, extra, value);
        return null;
    }

    private static string Shorten(string name) => name.Length <= 40 ? name : name[..40] + "…";

    private static (QueryRows?, ServingError?) Refuse(string message) => (null, new ServingError(ServingErrorKind.InvalidQuery, message));
}
