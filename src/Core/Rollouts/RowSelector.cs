using System.Text.Json;
using Progeny.Core.Common;
using Progeny.Core.Queries;

namespace Progeny.Core.Rollouts;

/// <summary>
/// Chooses the arm of each row of a query by rows, before an arm reads them: looks at the keys in the JSON and passes over all else.
/// </summary>
public static class RowSelector
{
    private const int NotChosen = -1;

    /// <summary>The choices; null where the JSON is no request as it must be, of which an arm's reader says what is wrong.</summary>
    public static RowChoices? Choose(ReadOnlySpan<byte> json, Selection selection, KeyField key, DateTimeOffset now)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            return Choose(ref reader, selection, key, now);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static RowChoices? Choose(ref Utf8JsonReader reader, Selection selection, KeyField key, DateTimeOffset now)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        var arms = new List<int>(1);
        string? queryId = null;
        string? entity = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var fits = reader.ValueTextEquals("rows"u8) ? ReadRows(ref reader, selection, key, arms)
                : reader.ValueTextEquals("query_id"u8) ? ReadText(ref reader, ref queryId)
                : reader.ValueTextEquals("entity"u8) && ReadText(ref reader, ref entity);
            if (!fits)
                return null;
        }

        if (reader.Read() || arms.Count == 0)
            return null;
        var ids = QueryIds.Make(queryId, arms.Count, now);
        var chosen = new int[arms.Count];
        var ofEntity = key.IsEntity && entity is not null ? selection.Choose(entity) : NotChosen;
        for (var row = 0; row < chosen.Length; row++)
        {
            chosen[row] = ofEntity != NotChosen ? ofEntity
                : arms[row] != NotChosen ? arms[row]
                : selection.Choose(ids[row]);
        }

        return new RowChoices(ids, chosen);
    }

    private static bool ReadText(ref Utf8JsonReader reader, ref string? text)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            text = reader.GetString() is { Length: > 0 } given ? given : null;
        return reader.TokenType is JsonTokenType.String or JsonTokenType.Null;
    }

    private static bool ReadRows(ref Utf8JsonReader reader, Selection selection, KeyField key, List<int> arms)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject || arms.Count == QueryRowsReader.MaxRows)
                return false;
            arms.Add(ReadRow(ref reader, selection, key));
        }

        return true;
    }

    private static int ReadRow(ref Utf8JsonReader reader, Selection selection, KeyField key)
    {
        var arm = NotChosen;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isKey = key.Name is not null && reader.ValueTextEquals(key.Utf8Name);
            reader.Read();
            if (isKey)
                arm = ChooseByValue(ref reader, selection, key);
            reader.Skip();
        }

        return arm;
    }

    /// <summary>By the value as the query log shows it.</summary>
    private static int ChooseByValue(ref Utf8JsonReader reader, Selection selection, KeyField key)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String when reader.ValueSpan.IsEmpty:
                return NotChosen;
            case JsonTokenType.String when reader.ValueIsEscaped:
                return selection.Choose(reader.GetString());
            case JsonTokenType.String:
                return selection.Choose(reader.ValueSpan);
            case JsonTokenType.Number when key.IsText:
                return selection.Choose(reader.ValueSpan);
            case JsonTokenType.Number when reader.TryGetInt64(out var integer) && !key.IsFloat:
                return selection.Choose(ValueText.Of(integer));
            case JsonTokenType.Number:
                return selection.Choose(TextOf(reader.GetDouble(), key));
            case JsonTokenType.True:
                return selection.Choose("true"u8);
            case JsonTokenType.False:
                return selection.Choose("false"u8);
            default:
                return NotChosen;
        }
    }

    /// <summary>A key that a tensor holds.</summary>
    /// <returns>Its text; null where it is none.</returns>
    public static string? TextOf(object? value, KeyField key) => value switch
    {
        null or "" => null,
        double number => TextOf(number, key),
        _ => ValueText.Of(value),
    };

    private static string TextOf(double number, KeyField key) =>
        key.IsFloat ? ValueText.Of((float)number) : ValueText.Of(number);
}
