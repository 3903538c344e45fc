using System.Text.Json;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Explanations.Replays;

/// <summary>A row as a record of the log has it.</summary>
/// <remarks>
/// A record has a feature among <c>fields</c> as the client gave it, among <c>augmented</c> as augmentation or a rule gave it, or both,
/// where a rule replaced the client's value.
/// </remarks>
internal static class ReplayRows
{
    /// <summary>The row as it was before the rules, as far as that is known: of a value that augmentation found and a rule replaced, only the last is.</summary>
    public static QueryRows ReadBefore(QuerySchema schema, QueryRecord record) => Read(schema, record, augmentedFirst: false);

    /// <summary>The row as the model was given it.</summary>
    public static QueryRows ReadGiven(QuerySchema schema, QueryRecord record) => Read(schema, record, augmentedFirst: true);

    private static QueryRows Read(QuerySchema schema, QueryRecord record, bool augmentedFirst)
    {
        using var fields = JsonDocument.Parse(record.Fields!);
        using var augmented = record.Augmented is { } json ? JsonDocument.Parse(json) : null;
        var given = ByName(fields);
        var found = augmented is null ? [] : ByName(augmented);
        var rows = schema.Rent();
        var row = rows.AddRow();
        rows.Entity = record.Entity;
        foreach (var column in rows.Features.Columns)
        {
            var name = column.Feature.Name;
            var isFound = found.TryGetValue(name, out var value);
            if (given.TryGetValue(name, out var field) && !(isFound && augmentedFirst))
            {
                column.Restore(row, field);
            }
            else if (isFound)
            {
                column.MarkAugmented(row);
                column.Restore(row, value);
            }
        }

        for (var i = 0; i < schema.Extras.Count; i++)
        {
            if (given.TryGetValue(schema.Extras[i], out var extra))
                rows.SetExtra(row, i, ValueOf(extra));
        }

        return rows;
    }

    /// <summary>An object's members; <see cref="JsonElement.TryGetProperty(string, out JsonElement)"/> would pass over all of them for each.</summary>
    private static Dictionary<string, JsonElement> ByName(JsonDocument document) =>
        document.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal);

    /// <summary>A value as queries carry it, of the type that it had.</summary>
    private static object? ValueOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetInt64(out var integer) ? (object)integer : value.GetDouble(),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True or JsonValueKind.False => value.GetBoolean(),
        _ => null,
    };
}
