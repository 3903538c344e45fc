using System.Text.Json;
using Progeny.Abstractions.Serving;
using Progeny.Core.Common;

namespace Progeny.Core.Queries;

/// <summary>Reads <c>{"rows": [{…}, …], "query_id"?: text, "entity"?: text}</c>, and has the rows read by what takes them.</summary>
internal static class RequestReader
{
    private static readonly string[] Members = ["rows", "query_id", "entity"];

    /// <returns>What is wrong with the request; null: nothing.</returns>
    public static ServingError? Read<TRows>(ReadOnlySpan<byte> json, ref TRows rows)
        where TRows : struct, IRequestRows
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            var error = !reader.Read() || reader.TokenType != JsonTokenType.StartObject
                ? "The request must be a JSON object like {\"rows\": [{…}]}."
                : ReadMembers(ref reader, ref rows);
            return error is null ? null : Refuse(error);
        }
        catch (JsonException exception)
        {
            return Refuse($"The request is no JSON: {exception.Message}");
        }
        catch (InvalidOperationException exception)
        {
            // What Utf8JsonReader throws for text that is no valid UTF-8 or holds half a surrogate pair.
            return InvalidText(reader.TokenStartIndex, exception);
        }
    }

    /// <summary>The refusal of a request with a text that cannot be decoded.</summary>
    public static ServingError InvalidText(long position, InvalidOperationException exception) =>
        Refuse($"The request holds a text that is no valid UTF-8 at byte {position}: {exception.Message}");

    public static ServingError Refuse(string message) => new(ServingErrorKind.InvalidQuery, message);

    public static string Shorten(string name) => name.Length <= 40 ? name : name[..40] + "…";

    private static string? ReadMembers<TRows>(ref Utf8JsonReader reader, ref TRows rows)
        where TRows : struct, IRequestRows
    {
        var seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = reader.ValueTextEquals("rows"u8) ? 0
                : reader.ValueTextEquals("query_id"u8) ? 1
                : reader.ValueTextEquals("entity"u8) ? 2
                : -1;
            if (member < 0)
            {
                var name = reader.GetString()!;
                return $"'{Shorten(name)}' is no part of a request{Suggestion.Among(name, Members, "parts")}.";
            }

            if ((seen & (1 << member)) != 0)
                return $"'{Members[member]}' appears more than once.";
            seen |= 1 << member;
            if (ReadMember(ref reader, ref rows, member) is { } error)
                return error;
        }

        if (reader.Read())
            return "The request goes on behind its end.";
        if ((seen & 1) == 0)
            return "'rows' is missing: a request is a JSON object like {\"rows\": [{…}]}.";
        return rows.Count == 0 ? "'rows' is empty; a request asks for one row at least." : null;
    }

    private static string? ReadMember<TRows>(ref Utf8JsonReader reader, ref TRows rows, int member)
        where TRows : struct, IRequestRows
    {
        if (member == 0)
            return ReadRows(ref reader, ref rows);
        var text = ReadText(ref reader, Members[member], out var problem);
        if (member == 1)
        {
            rows.QueryId = text;
            return problem ?? (text is not null && QueryIds.Problem(text) is { } wrong ? $"'{Members[member]}' {wrong}." : null);
        }

        rows.Entity = text;
        return problem;
    }

    private static string? ReadText(ref Utf8JsonReader reader, string name, out string? problem)
    {
        reader.Read();
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        problem = reader.TokenType == JsonTokenType.Null || text.Length is > 0 and <= QueryRowsReader.MaxIdCharacters
            ? null
            : $"'{name}' must be a text of 1 to {QueryRowsReader.MaxIdCharacters} characters, or be left out.";
        return text.Length > 0 ? text : null;
    }

    private static string? ReadRows<TRows>(ref Utf8JsonReader reader, ref TRows rows)
        where TRows : struct, IRequestRows
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return "'rows' must be an array of objects.";
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                return $"rows[{rows.Count}] must be an object of field names and values.";
            if (rows.Count == QueryRowsReader.MaxRows)
                return $"A request may carry at most {QueryRowsReader.MaxRows} rows.";
            if (rows.Refusal is { } refusal)
                return refusal;
            rows.ReadRow(ref reader);
        }

        return null;
    }
}
