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
    /// <summary>
    /// The row as it was before the rules, as far as that is known: of a value that augmentation found and a rule replaced, only the last
    /// is.
    /// </summary>
    public static QueryRows ReadBefore(QuerySchema schema, QueryRecord record) => Read(schema, record, augmentedFirst: false);

    /// <summary>The row as the model was given it.</summary>
    public static QueryRows ReadGiven(QuerySchema schema, QueryRecord record) => Read(schema, record, augmentedFirst: true);

    private static QueryRows Read(QuerySchema schema, QueryRecord record, bool augmentedFirst)
    {
        var rows = schema.Rent();
        var row = rows.AddRow();
        rows.Entity = record.Entity;
        foreach (var column in rows.Features.Columns)
        {
            var name = column.Feature.Name;
            object? value = null;
            var isFound = record.Augmented?.TryGetValue(name, out value) is true;
            if (record.Fields!.TryGetValue(name, out var field) && !(isFound && augmentedFirst))
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
            if (record.Fields!.TryGetValue(schema.Extras[i], out var extra))
                rows.SetExtra(row, i, extra);
        }

        return rows;
    }
}
