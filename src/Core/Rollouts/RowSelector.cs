using System.Text.Json;
using Progeny.Core.Common;
using Progeny.Core.Queries;

namespace Progeny.Core.Rollouts;

/// <summary>Chooses the arm of each row of a tokenized query, before the arms read the rows into their columns.</summary>
public static class RowSelector
{
    private const int NotChosen = -1;

    /// <returns>The choices; null where a key is a text that cannot be decoded.</returns>
    public static RowChoices? Choose(QueryTokens query, Selection selection, KeyField key, DateTimeOffset now)
    {
        var ids = QueryIds.Make(query.QueryId, query.Rows, now);
        var arms = new int[query.Rows];
        if (key.IsEntity && query.Entity is { } entity)
        {
            Array.Fill(arms, selection.Choose(entity));
            return new RowChoices(ids, arms);
        }

        var field = key.Name is null ? NotChosen : query.Fields.IndexOf(key.Name);
        try
        {
            for (var row = 0; row < arms.Length; row++)
            {
                var arm = field >= 0 && query.TryFind(row, field, out var value) ? ChooseByValue(value, selection, key) : NotChosen;
                arms[row] = arm == NotChosen ? selection.Choose(ids[row]) : arm;
            }
        }
        catch (InvalidOperationException)
        {
            return null;
        }

        return new RowChoices(ids, arms);
    }

    /// <summary>By the value as the query log shows it.</summary>
    private static int ChooseByValue(in JsonToken value, Selection selection, KeyField key) => value.Type switch
    {
        JsonTokenType.String when value.Raw.IsEmpty => NotChosen,
        JsonTokenType.String when value.IsEscaped => selection.Choose(value.GetString()),
        JsonTokenType.String => selection.Choose(value.Raw),
        JsonTokenType.Number when key.IsText => selection.Choose(value.Raw),
        JsonTokenType.Number when value.TryGetInt64(out var integer) && !key.IsFloat => selection.Choose(ValueText.Of(integer)),
        JsonTokenType.Number => selection.Choose(TextOf(value.GetDouble(), key)),
        JsonTokenType.True => selection.Choose("true"u8),
        JsonTokenType.False => selection.Choose("false"u8),
        _ => NotChosen,
    };

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
