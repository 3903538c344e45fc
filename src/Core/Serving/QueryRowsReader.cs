using System.Text;
using System.Text.Json;
using Progeny.Abstractions.Serving;
using Progeny.Core.Lifecycle;

namespace Progeny.Core.Serving;

/// <summary>Reads a query by rows from JSON straight into columns.</summary>
public static class QueryRowsReader
{
    /// <summary>The most rows that one request may carry.</summary>
    public const int MostRows = 100_000;

    /// <summary>The most characters of a query id or an entity.</summary>
    public const int MostIdCharacters = 256;

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
        var sawRows = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("rows"u8))
            {
                if (sawRows)
                    return Refuse("'rows' appears more than once.");
                sawRows = true;
                if (ReadRows(ref reader, rows) is { } error)
                    return (null, error);
            }
            else if (reader.ValueTextEquals("query_id"u8))
            {
                rows.QueryId = ReadId(ref reader);
                if (rows.QueryId is null)
                    return Refuse($"'query_id' must be a text of 1 to {MostIdCharacters} characters.");
            }
            else if (reader.ValueTextEquals("entity"u8))
            {
                rows.Entity = ReadId(ref reader);
                if (rows.Entity is null)
                    return Refuse($"'entity' must be a text of 1 to {MostIdCharacters} characters.");
            }
            else
            {
                return Refuse($"'{reader.GetString()}' is no part of a request; it has 'rows', 'query_id' and 'entity'.");
            }
        }

        if (reader.Read())
            return Refuse("The request goes on behind its end.");
        if (!sawRows)
            return Refuse("'rows' is missing: a request is a JSON object like {\"rows\": [{…}]}.");
        return rows.Features.Rows == 0 ? Refuse("'rows' is empty; a request asks for one row at least.") : (rows, null);
    }

    private static string? ReadId(ref Utf8JsonReader reader)
    {
        reader.Read();
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            reader.Skip();
        return text.Length is > 0 and <= MostIdCharacters ? text : null;
    }

    private static ServingError? ReadRows(ref Utf8JsonReader reader, QueryRows rows)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return new ServingError(ServingErrorKind.InvalidQuery, "'rows' must be an array of objects.");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                return new ServingError(ServingErrorKind.InvalidQuery, $"rows[{rows.Features.Rows}] must be an object of field names and values.");
            if (rows.Features.Rows == MostRows)
                return new ServingError(ServingErrorKind.InvalidQuery, $"A request may carry at most {MostRows} rows.");
            ReadRow(ref reader, rows);
        }

        return null;
    }

    private static void ReadRow(ref Utf8JsonReader reader, QueryRows rows)
    {
        var row = rows.AddRow();
        var expected = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = rows.Schema.IndexOf(ref reader, expected);
            if (field < 0)
            {
                var name = reader.GetString()!;
                var names = rows.Schema.Fields.ToList();
                rows.Features.Refuse(row, name, $"there is no such field; the fields are {string.Join(", ", names)}");
                reader.Read();
                reader.Skip();
                continue;
            }

            expected = field + 1;
            reader.Read();
            if (field >= rows.Schema.Features.Count)
                ReadExtra(ref reader, rows, row, field - rows.Schema.Features.Count);
            else
                ReadFeature(ref reader, rows.Features, row, field);
        }
    }

    private static void ReadFeature(ref Utf8JsonReader reader, FeatureBatchBuilder features, int row, int index)
    {
        var column = features.Columns[index];
        var error = !column.IsMissing(row) ? "the field appears more than once" : reader.TokenType switch
        {
            JsonTokenType.Number => SetNumber(ref reader, column, row),
            JsonTokenType.String => column.SetText(row, reader.GetString()!),
            JsonTokenType.True => column.SetBoolean(row, true),
            JsonTokenType.False => column.SetBoolean(row, false),
            JsonTokenType.Null => null, // missing: whether it may be is known when augmentation has had its turn
            _ => "a value must be a number, a string, a boolean or null",
        };
        if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
            reader.Skip();
        features.Refuse(row, column.Feature.Name, error);
    }

    private static string? SetNumber(ref Utf8JsonReader reader, FeatureColumn column, int row)
    {
        if (column.Feature.Type is FeatureType.Category or FeatureType.Text)
            return column.SetText(row, Encoding.UTF8.GetString(reader.ValueSpan));
        return column.Feature.Type == FeatureType.Int && reader.TryGetInt64(out var integer)
            ? column.SetInteger(row, integer)
            : column.SetNumber(row, reader.GetDouble());
    }

    private static void ReadExtra(ref Utf8JsonReader reader, QueryRows rows, int row, int extra)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                rows.SetExtra(row, extra, reader.TryGetInt64(out var integer) ? integer : reader.GetDouble());
                break;
            case JsonTokenType.String:
                rows.SetExtra(row, extra, reader.GetString());
                break;
            case JsonTokenType.True or JsonTokenType.False:
                rows.SetExtra(row, extra, reader.TokenType == JsonTokenType.True);
                break;
            case JsonTokenType.Null:
                break;
            default:
                rows.Features.Refuse(row, rows.Schema.Extras[extra], "a value must be a number, a string, a boolean or null");
                reader.Skip();
                break;
        }
    }

    private static (QueryRows?, ServingError?) Refuse(string message) => (null, new ServingError(ServingErrorKind.InvalidQuery, message));
}
