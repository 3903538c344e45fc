using System.Text;
using System.Text.Json;
using Progeny.Abstractions.Serving;
using Progeny.Core.Common;
using Progeny.Core.Manifests;

namespace Progeny.Core.Queries;

/// <summary>Reads a query by rows from JSON straight into columns.</summary>
public static class QueryRowsReader
{
    /// <summary>The most rows that one request may carry.</summary>
    public const int MaxRows = 100_000;

    /// <summary>The most characters of a query id or an entity.</summary>
    public const int MaxIdCharacters = 256;

    /// <summary>The most characters of the id that a row of several has: the query's, a colon and the row's index.</summary>
    public const int MaxRowIdCharacters = MaxIdCharacters + 6;

    private const int MaxCharactersOnStack = 128;
    private const string NoValue = "a value must be a number, a string, a boolean or null";

    private static readonly string[] Members = ["rows", "query_id", "entity"];

    /// <summary>Reads <c>{"rows": [{field: value, …}, …], "query_id"?: text, "entity"?: text}</c>.</summary>
    /// <param name="pick">Which of them, and which fields are passed over; null: all, and none.</param>
    /// <returns>The rows, or what is wrong. Values that do not fit their feature are in the rows' own list of errors.</returns>
    public static (QueryRows? Rows, ServingError? Error) Read(ReadOnlySpan<byte> json, QuerySchema schema, RowPick? pick = null)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            return ReadRequest(ref reader, schema, pick);
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

    private static (QueryRows?, ServingError?) ReadRequest(ref Utf8JsonReader reader, QuerySchema schema, RowPick? pick)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return Refuse("The request must be a JSON object like {\"rows\": [{…}]}.");
        var rows = schema.Rent();
        var error = ReadMembers(ref reader, rows, pick);
        if (error is null)
            return (rows, null);
        rows.Dispose();
        return Refuse(error);
    }

    private static string? ReadMembers(ref Utf8JsonReader reader, QueryRows rows, RowPick? pick)
    {
        var seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = reader.ValueTextEquals("rows"u8) ? 0 : reader.ValueTextEquals("query_id"u8) ? 1 : reader.ValueTextEquals("entity"u8) ? 2 : -1;
            if (member < 0)
                return $"'{Shorten(reader.GetString()!)}' is no part of a request{Suggestion.Among(reader.GetString()!, Members, "parts")}.";
            if ((seen & (1 << member)) != 0)
                return $"'{Members[member]}' appears more than once.";
            seen |= 1 << member;
            if (ReadMember(ref reader, rows, member, pick) is { } error)
                return error;
        }

        if (reader.Read())
            return "The request goes on behind its end.";
        if ((seen & 1) == 0)
            return "'rows' is missing: a request is a JSON object like {\"rows\": [{…}]}.";
        return rows.Features.Rows == 0 ? "'rows' is empty; a request asks for one row at least." : null;
    }

    private static string? ReadMember(ref Utf8JsonReader reader, QueryRows rows, int member, RowPick? pick)
    {
        string? problem;
        switch (member)
        {
            case 0:
                return ReadRows(ref reader, rows, pick);
            case 1:
                rows.QueryId = ReadId(ref reader, Members[member], out problem);
                return problem ?? (rows.QueryId is { } id && QueryIds.Problem(id) is { } wrong ? $"'{Members[member]}' {wrong}." : null);
            default:
                rows.Entity = ReadId(ref reader, Members[member], out problem);
                return problem;
        }
    }

    private static string? ReadId(ref Utf8JsonReader reader, string name, out string? problem)
    {
        reader.Read();
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        problem = reader.TokenType == JsonTokenType.Null || text.Length is > 0 and <= MaxIdCharacters
            ? null
            : $"'{name}' must be a text of 1 to {MaxIdCharacters} characters, or be left out.";
        return text.Length > 0 ? text : null;
    }

    private static string? ReadRows(ref Utf8JsonReader reader, QueryRows rows, RowPick? pick)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return "'rows' must be an array of objects.";
        Array.Fill(rows.LastRows, -1);
        var passed = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                return $"rows[{rows.Features.Rows}] must be an object of field names and values.";
            if (rows.Features.Rows == MaxRows)
                return $"A request may carry at most {MaxRows} rows.";
            if (rows.Schema.Limits.Problem(rows.Features.Rows + 1L, rows.LastRows.Length) is { } tooMany)
                return tooMany;
            if (pick is null || pick.Takes(rows.Features.Rows + passed))
            {
                ReadRow(ref reader, rows, pick);
                continue;
            }

            reader.Skip();
            passed++;
        }

        return null;
    }

    private static void ReadRow(ref Utf8JsonReader reader, QueryRows rows, RowPick? pick)
    {
        var row = rows.AddRow();
        var lastRows = rows.LastRows;
        var expected = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = rows.Schema.IndexOf(ref reader, expected);
            if (field < 0 && pick is not null && pick.IsOthers(ref reader))
            {
                reader.Read();
                reader.Skip();
                continue;
            }

            if (field < 0)
            {
                RefuseUnknown(ref reader, rows, row);
                continue;
            }

            expected = field + 1;
            reader.Read();
            var error = lastRows[field] == row ? "the field appears more than once"
                : field >= rows.Schema.Features.Count ? ReadExtra(ref reader, rows, row, field - rows.Schema.Features.Count)
                : ReadFeature(ref reader, rows.Features.Columns[field], row, rows.Schema.Limits);
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

    private static string? ReadFeature(ref Utf8JsonReader reader, FeatureColumn column, int row, QueryLimits limits) => reader.TokenType switch
    {
        JsonTokenType.Number => SetNumber(ref reader, column, row, limits),
        JsonTokenType.String => SetText(ref reader, column, row, limits),
        JsonTokenType.True => column.SetBoolean(row, true),
        JsonTokenType.False => column.SetBoolean(row, false),
        JsonTokenType.Null => null, // missing: whether it may be is known when augmentation has had its turn
        _ => NoValue,
    };

    private static string? SetText(ref Utf8JsonReader reader, FeatureColumn column, int row, QueryLimits limits)
    {
        if (TextProblem(ref reader, limits) is { } problem)
            return problem;
        if (reader.ValueSpan.Length > MaxCharactersOnStack)
            return column.SetText(row, reader.GetString());
        Span<char> text = stackalloc char[MaxCharactersOnStack];
        return column.SetText(row, text[..reader.CopyString(text)]);
    }

    /// <summary>Escaped, a text is longer than it is.</summary>
    private static string? TextProblem(ref Utf8JsonReader reader, QueryLimits limits)
    {
        if (reader.ValueSpan.Length <= limits.MaxTextBytes)
            return null;
        var bytes = reader.ValueIsEscaped ? Encoding.UTF8.GetByteCount(reader.GetString()!) : reader.ValueSpan.Length;
        return bytes <= limits.MaxTextBytes ? null : limits.TooLong(bytes);
    }

    private static string? SetNumber(ref Utf8JsonReader reader, FeatureColumn column, int row, QueryLimits limits)
    {
        if (column.Feature.Type is FeatureType.Category or FeatureType.Text)
            return reader.ValueSpan.Length > limits.MaxTextBytes ? limits.TooLong(reader.ValueSpan.Length) : column.SetText(row, Encoding.UTF8.GetString(reader.ValueSpan));
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
            case JsonTokenType.Number when !reader.ValueSpan.ContainsAny(".eE"u8):
                return $"{Shorten(Encoding.UTF8.GetString(reader.ValueSpan))} has more digits than a whole number of 64 bits; as a text it would keep them";
            case JsonTokenType.Number:
                if (!double.IsFinite(reader.GetDouble()))
                    return "the number is out of the range of a 64-bit float";
                value = reader.GetDouble();
                break;
            case JsonTokenType.String when TextProblem(ref reader, rows.Schema.Limits) is { } problem:
                return problem;
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
